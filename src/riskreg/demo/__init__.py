"""The demo organisation: a fictional short-video platform, replayed through the services."""
