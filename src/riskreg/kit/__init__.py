"""Machinery that knows no domain: entries, views, edges, lists, machines, clocks."""
