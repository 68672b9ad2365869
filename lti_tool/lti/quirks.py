"""What product families do differently, as data: each row with its source and the date it was seen."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Quirks:
    """How one family wants to be spoken to."""

    counts_submissions: bool = False
    """Every score makes a new attempt unless Canvas's submission extension says otherwise."""
    names_link: bool = True
    """A line item that we make for a link says which; Open edX's gradebook counts no other (11.4.4, 2026-11-22)."""
    varies_hosts: bool = False
    """One line item is named under several hosts of the same site or company."""
    sends_at_once: int = 4
    """How many requests may be under way to one platform."""
    source: str = ""


ORDINARY = Quirks(source="LTI AGS 2.0")

FAMILIES = {
    "canvas": Quirks(
        counts_submissions=True,
        # A vanity host and the canonical one (doc/api, read 2026-11-22).
        varies_hosts=True,
        sends_at_once=1,
        source="Canvas lti/ims/scores_controller.rb and request_throttle.rb, read 2026-11-22",
    ),
    "moodle": Quirks(
        # With a second item of the same link, the activity's own vanishes from later launches.
        names_link=False,
        source="Moodle 4.5.6 gradebookservices, observed 2026-11-22",
    ),
}


def of(family: str) -> Quirks:
    """Return what is known of a ``product_family_code``; an unknown one is taken to follow the standard."""
    return FAMILIES.get(family.lower(), ORDINARY)
