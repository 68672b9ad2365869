"""Forms that are no activity: their fields, and what they refuse, in words."""
