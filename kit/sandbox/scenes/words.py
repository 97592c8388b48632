"""What a free prompt asks for, read from its own words: setting, light, weather, subject. Simple on purpose."""

import re
from typing import NamedTuple

_SETTINGS = (
    (
        "interior",
        "room|indoors?|interior|office|studio|library|kitchen|bedroom|café|cafe|shelf|sofa|desk|table|window",
    ),
    (
        "city",
        "city|street|skyline|building|buildings|downtown|alley|traffic|neon|rooftop|avenue|tower|towers|town|car|taxi|bus|train",
    ),
    (
        "sea",
        "sea|ocean|beach|coast|boat|ship|sail|wave|waves|lake|harbour|harbor|island|river|surf|water|fish|whale",
    ),
    (
        "land",
        "mountain|mountains|hill|hills|forest|field|meadow|desert|valley|tree|trees|garden|snow|grass|park|farm|road|horse",
    ),
)
_LIGHTS = (
    ("night", "night|midnight|moon|moonlit|stars|starry|neon|dark"),
    ("sunset", "sunset|dusk|evening|golden|twilight|orange"),
    ("dawn", "dawn|sunrise|morning|mist|misty|fog|foggy|haze"),
    ("day", "day|noon|sunny|bright|blue|summer|spring"),
)
_WEATHER = (
    ("rain", "rain|rainy|raining|storm|drizzle|downpour|wet"),
    ("snow", "snow|snowy|snowing|blizzard|winter"),
)
_SUBJECTS = (
    ("balloon", "balloon|balloons|airship"),
    ("car", "car|taxi|truck|bus|van|drives|driving|traffic|racing"),
    ("boat", "boat|ship|sail|sailing|yacht|kayak|ferry"),
    ("animal", "dog|cat|horse|fox|wolf|deer|lion|tiger|bear|cow|elephant|puppy|kitten|rabbit"),
    (
        "person",
        "man|woman|girl|boy|person|people|child|runner|dancer|walker|astronaut|she|he|hiker|biker|chef|cyclist|walks|runs",
    ),
    ("birds", "bird|birds|eagle|owl|gull|gulls|flock|butterfly|drone|plane|kite"),
    ("ball", "ball|toy|robot|cube|sphere|vase|fruit|apple|cup|candle"),
)
_USUAL_SUBJECT = {"interior": "ball", "city": "car", "sea": "boat", "land": "birds"}


class Wish(NamedTuple):
    """A setting, a light, a weather ("" for none) and a moving subject."""

    setting: str
    light: str
    weather: str
    subject: str


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    best = [
        (sum(1 for _ in re.finditer(rf"\b({words})\b", text)), -n, name)
        for n, (name, words) in enumerate(table)
    ]
    count, _, name = max(best)
    return name if count else ""


def read_wish(prompt: str, choice: int) -> Wish:
    """The wish in a prompt; `choice` (any whole number, from a hash) settles what the words leave open."""
    low = prompt.lower()
    setting = _first(_SETTINGS, low) or ("land", "sea", "city", "land")[choice % 4]
    light = _first(_LIGHTS, low) or ("day", "sunset", "dawn")[choice // 4 % 3]
    return Wish(setting, light, _first(_WEATHER, low), _first(_SUBJECTS, low) or _USUAL_SUBJECT[setting])


def article_scene(prompt: str) -> str | None:
    """The id of the article-four prompt whose scene a text asks for, or None: two of its own marks are enough."""
    low = prompt.lower()
    marks = {
        "rain-umbrella": ("umbrella", r"trench|coat", r"rain", r"neon", r"woman|person|she"),
        "steaming-cup": (r"\bcup\b|\bmug\b|coffee|\btea\b", r"steam", r"wood", r"window|morning"),
        "code-on-laptop": (
            r"laptop|computer|monitor",
            r"\bcode\b|programming|coding",
            r"desk|workspace",
            r"lamp|plant|notebook",
        ),
        "chop-and-plate": (
            r"chop|slic|cutting|knife",
            r"vegetable|carrot|cucumber|food",
            r"kitchen|chef|cook",
            r"\bplate\b|plating",
        ),
    }
    scores = {name: [bool(re.search(p, low)) for p in patterns] for name, patterns in marks.items()}
    best = max(scores, key=lambda name: sum(scores[name]))
    return best if sum(scores[best]) >= 2 and scores[best][0] else None
