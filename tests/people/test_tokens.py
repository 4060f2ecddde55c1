"""Tokens and secrets: their form is checked before anybody asks the database."""

import re
import zlib

import pytest

from riskreg.people import tokens


def test_token_is_prefix_random_part_and_check() -> None:
    made = {tokens.new_token() for _ in range(100)}
    assert len(made) == 100
    for token in made:
        assert re.fullmatch(r"rrk_[0-9A-Za-z]{36}", token)
        assert tokens.is_token(token)


def test_check_is_the_crc_in_base_62() -> None:
    body = "rrk_" + "0" * 30
    number = 0
    for character in tokens._check(body):
        number = number * 62 + tokens.ALPHABET.index(character)
    assert number == zlib.crc32(body.encode())


def test_every_single_slip_is_found() -> None:
    token = tokens.new_token()
    for place in range(len(token)):
        for other in "aA0_":
            if token[place] != other:
                assert not tokens.is_token(token[:place] + other + token[place + 1 :])


@pytest.mark.parametrize(
    "given",
    [None, 0, 1.5, True, [], ["rrk_"], {}, b"rrk_", "", "rrk_", "rrk_" + "é" * 36, "x" * 10_000],
)
def test_anything_else_is_no_token_and_no_secret(given: object) -> None:
    assert not tokens.is_token(given)
    assert not tokens.is_secret(given)


def test_whitespace_around_makes_another_text() -> None:
    token, secret = tokens.new_token(), tokens.new_secret()
    for more in ("\n", " ", "\0"):
        assert not tokens.is_token(token + more)
        assert not tokens.is_secret(secret + more)


def test_digest_is_sha_256() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tokens.digest("") == empty
    assert tokens.is_secret(tokens.new_secret())
