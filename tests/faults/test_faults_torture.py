"""Everything at once, on both databases: lost nothing, doubled nothing, disordered nothing, overwrote nobody.

``make torture`` does the same for longer.
"""

import secrets

import pytest
from databases import KINDS
from torture import report, torture
from torture_figures import Aim

AIM = Aim(kills=100, faulted=1000, rests=10)
"""On each database."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.timeout(3600)
def test_scores_survive_deaths_trouble_and_wrong_clocks(kind, request):
    seed = f"{secrets.token_hex(4)}/{kind}"

    figures = torture(request.getfixturevalue(f"{kind}_copy"), seed, AIM)

    told = f"seed {seed}\n{report(kind, figures)}"
    assert figures.wrong == {}, told
    assert min(figures.compared, figures.pauses, figures.steps, figures.by_hand) > 0, told
