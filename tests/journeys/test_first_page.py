"""The first page is written once for all who are equally far: each gets their own links, and their own state."""


def marks(page) -> list[str]:
    return [mark.get_text(strip=True) for mark in page.select(".activities .state")]


def test_a_page_that_was_written_for_somebody_else_leads_into_ones_own_visit(stage, learner):
    page = learner.open(learner.home)
    other = stage.browser()

    others = other.launch("lukasz")

    assert marks(others) == marks(page)
    links = [link["href"] for link in others.select(".activities a")]
    assert links
    assert all(link.startswith(f"{other.visit}/activities/") for link in links)
    assert learner.visit.rpartition("/")[2] not in str(others)


def test_who_goes_on_sees_it_and_nobody_else_does(stage, learner):
    other = stage.browser()
    before = marks(other.launch("lukasz"))

    learner.finish("m0.welcome")

    assert marks(learner.open(learner.home))[0] == "Done"
    assert marks(other.open(other.home)) == before
