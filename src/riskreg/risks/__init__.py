"""Risks, assessments, acceptances, mitigations and effectiveness checks."""
