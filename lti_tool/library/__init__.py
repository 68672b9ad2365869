"""Workshops as data: content packs are read, checked and turned into a workshop that cannot change."""
