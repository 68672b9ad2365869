"""Which hosts belong to one platform: the same site, or one of the few companies that use several."""

from ipaddress import ip_address
from urllib.parse import urlsplit

# Canvas: the issuer is canvas.instructure.com, services are at sso.canvaslms.com and at each customer's own name
# below instructure.com (lti_launch_overview.md, read 2026-11).
_FAMILIES = (frozenset({"instructure.com", "canvaslms.com"}),)
# Second levels below a country's name at which anybody can register: ac.uk, edu.au, co.nz.
_OPEN_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gob", "gov", "net", "nhs", "org", "sch", "school", "uni"})


def are_related(url: str, other: str) -> bool:
    """Tell whether two addresses are of one site, or of one company that is known to use several.

    Without a list of all public suffixes this is a careful guess: it only spares a person a refusal, and every host
    is shown to the person who confirms and to the operator who approves.

    Source: LTI Dynamic Registration 1.0, 3.4 ("the issuer's domain must match the configuration URL's").
    """
    site, other_site = _site(url), _site(other)
    if not site or not other_site:
        return False
    return site == other_site or any(site in family and other_site in family for family in _FAMILIES)


def _site(url: str) -> str:
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
    try:
        return str(ip_address(host))
    except ValueError:
        pass  # a name
    labels = host.split(".")
    is_open = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _OPEN_SECOND_LEVELS
    return ".".join(labels[-3:] if is_open else labels[-2:])
