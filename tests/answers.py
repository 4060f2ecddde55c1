"""What an answer of GraphQL says."""

from typing import Any


def texts_in(answer: Any) -> set[str]:
    """Every text in an answer."""
    if isinstance(answer, dict):
        return {text for one in answer.values() for text in texts_in(one)}
    if isinstance(answer, list):
        return {text for one in answer for text in texts_in(one)}
    return {answer} if isinstance(answer, str) else set()
