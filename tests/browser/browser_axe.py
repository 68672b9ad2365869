"""What axe and a ruler object to on a page or in a frame."""

from axe_playwright_python.sync_playwright import Axe

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
    "iframes": False,  # the framed tool is looked at as a page of its own
}
AXE = Axe()
RUN = "(rules) => axe.run(rules).then((found) => found.violations)"
SIDEWAYS = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll("body *")].filter(
    (each) => each.getBoundingClientRect().right > clientWidth + 1);
  return [`${scrollWidth} > ${clientWidth}`, ...wide.slice(0, 5).map((each) => `${each.tagName}.${each.className}`)];
}"""


def bring_axe(page):
    """Give axe to every document from the next one on: handed over anew, its half a megabyte costs as much as a run."""
    page.add_init_script(AXE.axe_script)


def sideways(page, name):
    """Return what makes a page scroll sideways, a line each."""
    return [f"{name}: {how}" for how in page.evaluate(SIDEWAYS)]


def found_by_axe(page, name, rules=RULES):
    """Return what axe objects to, a line each."""
    found = page.evaluate(RUN, rules)
    return [f"{name}: {each['id']}: {node['target']} {node['html'][:120]}" for each in found for node in each["nodes"]]
