"""A paper as plain text, to copy into a mail."""

from functools import singledispatch

from lti_tool.activities.paper import Block, Heading, Paper, Picture, Points, Prose, Rows, Signatures, Table

SIGN_HERE = "_" * 30


def as_text(paper: Paper) -> str:
    """Return the paper as plain text: its own body where it is one to send, else its title and all its blocks."""
    if paper.body:
        return paper.body
    return "\n\n".join([paper.title, *filter(None, map(_text, paper.blocks))]) + "\n"


@singledispatch
def _text(block: Block) -> str:
    raise TypeError(f"{type(block).__name__} has no plain text")


@_text.register
def _(block: Heading) -> str:
    return f"{block.text}\n{'-' * len(block.text)}"


@_text.register
def _(block: Prose) -> str:
    return block.text


@_text.register
def _(block: Points) -> str:
    return "\n".join(f"- {item}" for item in block.items)


@_text.register
def _(block: Rows) -> str:
    return "\n".join(f"{label}: {text}" for label, text in block.rows)


@_text.register
def _(block: Table) -> str:
    named = ["; ".join(f"{head}: {cell}" for head, cell in zip(block.head, row, strict=True)) for row in block.rows]
    return "\n".join([block.caption, *(f"- {row}" for row in named)])


@_text.register
def _(block: Picture) -> str:
    return block.text


@_text.register
def _(block: Signatures) -> str:
    return "\n\n".join(f"{SIGN_HERE} {label}" for label in block.labels)
