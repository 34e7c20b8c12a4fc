"""Skills named in a text, by a list of about 31,000 terms (the file inside the skill-extractor wheel, MIT licence).

Terms are matched on word tokens, longest first. A term that is also an everyday word counts only where that is safe:
words in `everyday_words.txt` never, names such as Go or Spark only when capitalised, short acronyms only in capitals.
The wheel's list comes from office and software jobs; `more_skills.txt` adds those of hands-on, care and teaching work.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from interview.engines.embedded.text import stems
from interview.engines.embedded.wheel_files import verified

_LIST = ("skill_extractor", "data/skills.json", "2f21613257e003376e36107b06427da8cc7a5f8bb050318dc4830e02d88f6360")
_TOKEN = re.compile(r"(?:(?<![\w.])\.(?=net\b))?[^\W_]+(?:\.[^\W_]+|[+#]+)*", re.IGNORECASE)
_JOINT = re.compile(r"[ \t]?[-/&–’' ]?[ \t]?\S|[ \t]*\n[ \t]*[a-z]")
"""What stands between two words of one term, and the next word's first letter (small where a line was wrapped)."""
_ADDRESS = re.compile(r"(?:@|://|www\.|\.(?:com|org|net|io)/|_)$")
_MAX_WORDS = 5
_MAX_CHARS = 100_000
_CAPITALISED_ONLY = frozenset(
    re.findall(
        r"\w+",
        "go react rust swift spring spark excel oracle rails flask hive flutter ember sketch puppet unity sage beam "
        "lambda express slack julia dart",
    )
)
"""Names of tools that are everyday words too."""
_NOT_SKILLS = frozenset(
    {
        "palo alto", "software programs", "new york", "operational tasks", "job description", "remote work",
        "account executive", "software developer", "software engineer", "data scientist", "product manager",
    }
)  # fmt: skip
_SOFT = re.compile(
    r"communicat|interpersonal|team(?!center|city|viewer)|attention|detail|motivat|passion|attitude|ethic|thinking|"
    r"skill|abilit(?:y|ies)$|multi-?task|relationship|creativ|initiative|collaborat|self$|presentation|flexib|decision|"
    r"leader|stakeholder|solving|solver|mindset|learner|player|fast-paced|environment|culture|experience|continuous|"
    r"analyst$|engineer$|developer$|manager$|scientist$|designer$|consultant$|technician$|administrator$|accountant$|"
    r"nurse$|assistant$|native|bachelor|degree|english|french|german|spanish|writing|reporting$|best$|daily|oriented"
)
"""Words that make a term a trait, not a skill that a résumé can show; such things are asked as competencies."""
_ALIASES = {
    "postgres": "postgresql", "pgsql": "postgresql", "k8s": "kubernetes", "js": "javascript", "reactjs": "react",
    "react.js": "react", "nodejs": "node.js", "node": "node.js", "golang": "go", "ts": "typescript", "vuejs": "vue.js",
    "vue": "vue.js", "vue3": "vue.js", "mongo": "mongodb", "tensor flow": "tensorflow", "google cloud": "gcp",
    "amazon web services": "aws", "ms excel": "excel", "microsoft excel": "excel", "python3": "python",
    "rest apis": "rest api", "restful apis": "rest api", "microservice": "microservices",
}  # fmt: skip


class _Terms(NamedTuple):
    """The list, ready for matching: terms as tuples of tokens, and the length of the longest by first token."""

    known: frozenset[tuple[str, ...]]
    longest: dict[str, int]


def find_skills(text: str) -> tuple[str, ...]:
    """The skills named in a text, as it spells them: the most often named first, then in order of appearance.

    Reads the first 100,000 characters. Raises EngineFailure if the list is missing or not the one that was tested.
    """
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for surface in _matches(text[:_MAX_CHARS]):
        spellings[skill_key(surface)][surface] += 1
    ranked = sorted(spellings.values(), key=lambda seen: -seen.total())
    return tuple(seen.most_common(1)[0][0] for seen in ranked)


def skill_key(name: str) -> str:
    """What two spellings of one skill have in common: `Postgres` and `PostgreSQL` give the same key."""
    plain = " ".join(token.group().lower() for token in _TOKEN.finditer(name))
    if plain in _ALIASES:
        return _ALIASES[plain]
    return " ".join(stems(plain)) if " " in plain else plain


def _matches(text: str) -> list[str]:
    terms = _terms()
    tokens = list(_TOKEN.finditer(text))
    lowered = [token.group().lower() for token in tokens]
    found = []
    at = 0
    while at < len(tokens):
        size = _longest(terms, lowered, at, _run(text, tokens, at, terms.longest.get(lowered[at], 0)))
        if size and (size > 1 or _is_meant(text, tokens[at])):
            found.append(" ".join(text[tokens[at].start() : tokens[at + size - 1].end()].split()))
        at += size or 1
    return found


def _run(text: str, tokens: list[re.Match[str]], at: int, most: int) -> int:
    """How many tokens from `at`, at most `most`, stand together with no comma, full stop or new item between."""
    size = 1
    while size < most and at + size < len(tokens):
        gap = text[tokens[at + size - 1].end() : tokens[at + size].start() + 1]
        if not _JOINT.fullmatch(gap):
            break
        size += 1
    return min(size, most)


def _longest(terms: _Terms, lowered: list[str], at: int, most: int) -> int:
    for size in range(most, 0, -1):
        if tuple(lowered[at : at + size]) in terms.known:
            return size
    return 0


def _is_meant(text: str, token: re.Match[str]) -> bool:
    """Whether a one-word match is the skill and not an everyday word or a piece of an address."""
    word = token.group()
    if _ADDRESS.search(text[max(0, token.start() - 12) : token.start()]) or text[token.end() : token.end() + 1] == "@":
        return False
    if word.lower() in _CAPITALISED_ONLY:
        return word[0].isupper() and not _opens_sentence(text, token)
    return len(word) > 3 or word.upper() == word


def _opens_sentence(text: str, first: re.Match[str]) -> bool:
    """At the start of a line or sentence and running on: `Go the extra mile`, `Excel at …`, but not `Go, Rust`."""
    before = text[: first.start()].rstrip(" \t•*·-–◦")[-1:]
    return before in {"", "\n", ".", "!", "?"} and re.match(r"\s+[a-z]", text[first.end() :][:3]) is not None


@lru_cache(maxsize=1)
def _terms() -> _Terms:
    never = set(_resource("everyday_words.txt").split())
    known = set()
    for term in [*json.loads(verified(*_LIST)), *_resource("more_skills.txt").split("\n")]:
        key = tuple(token.group().lower() for token in _TOKEN.finditer(term))
        if 1 <= len(key) <= _MAX_WORDS and not _too_plain(term.lower(), key, never):
            known.add(key)
    longest: dict[str, int] = {}
    for key in known:
        longest[key[0]] = max(len(key), longest.get(key[0], 0))
    return _Terms(frozenset(known), longest)


def _too_plain(term: str, key: tuple[str, ...], never: set[str]) -> bool:
    """Whether a term is a trait, a number or an everyday word; `key` are its tokens.

    A one-word term that lost a sign on the way (`go!` for `go`) would match the plain word, so it is left out too.
    """
    if " ".join(key) in _NOT_SKILLS or any(_SOFT.search(token) for token in key) or all(map(str.isdigit, key)):
        return True
    if len(key) > 1:
        return False
    return key[0] in never or len(key[0]) < 2 or key[0] != term


def _resource(name: str) -> str:
    lines = (files("interview.engines.embedded") / name).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#"))
