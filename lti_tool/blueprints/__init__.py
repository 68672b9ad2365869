"""Pages, one module per audience: HTTP in, HTML out; no queries, no protocol, no rules."""
