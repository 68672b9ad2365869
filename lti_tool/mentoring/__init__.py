"""The formulas, pure: figures in, figures out; they know neither pages nor tables."""
