"""Briefs for leadership: facts, narrative, charts, page, PDF and lint."""
