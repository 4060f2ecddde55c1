"""The words of policies in the graph."""

from riskreg.kit.words import describe
from riskreg.policies.rules import SeverityClass

describe(
    SeverityClass,
    "SeverityClass",
    {
        SeverityClass.LOW: "Annoying.",
        SeverityClass.MEDIUM: "Harmful to some who see it.",
        SeverityClass.HIGH: "Harmful to people or to society.",
        SeverityClass.CRITICAL: "Harmful to life or to children.",
    },
)
