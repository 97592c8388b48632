"""Camera instructions in Chinese text.

A clause counts where it names the camera (镜头, 摄像机, 机位 ...) as what moves, or goes on from one that does
("镜头先推进，然后向右平移"). Words that only film people use (跟拍, 固定镜头, 环绕拍摄, 推镜头) count alone.
"""
# ruff: noqa: RUF001, RUF002
# Prompts are written with these characters.

import re
from collections.abc import Iterator

from kit.camera.phrases import Found

_CAMERA = r"(?:镜头|摄像机|摄影机|相机|摄像头|机位|运镜|画面|视角|无人机)"
_CLAUSE = re.compile(r"[^，,。；;！!？?、：:\n]+")
_ENDS = re.compile(r"[。！!？?\n]")
# 看向镜头, 面对镜头, 镜头前: there the camera is looked at.
_OBJECT = re.compile(r"(?:看着|看向|望向|望着|面向|面对|对着|朝着|朝|向|冲着|盯着|靠近|走近|走向|经过|掠过)$")
_PLACE = re.compile(r"^(?:前|盖|后面|里|中|上的|外|前方)")
_SLOW = r"(?:缓缓|缓慢|慢慢|慢速|缓|慢|逐渐|渐渐|快速|迅速|轻轻|平稳|平稳地|匀速|一直|继续|开始|地|地向|稍微|略微|再|再次|也|则|会|将|先|后|随后|然后|接着|最后|同时|并|又|不断|持续|徐徐|轻柔|柔和|从容|由此|随之|自动|整体|稳定)*"
_TO = r"(?:(?:向|往|朝|朝着|从)(?:画面)?)"
_SIDEWAYS = r"(?:平移|横移|移动|摇移|摇动|摇|移|扫过|扫|转动|转|滑动|推移|平摇|横摇|旋转)"
_LEFT = r"(?:从右(?:侧|边)?(?:向|到|往|至)左(?:侧|边)?|由右(?:向|到|往|至)左|自右(?:向|至)左)"
_RIGHT = r"(?:从左(?:侧|边)?(?:向|到|往|至)右(?:侧|边)?|由左(?:向|到|往|至)右|自左(?:向|至)右)"
_UPWARDS = r"(?:从下(?:方)?(?:向|到|往|至)上|由下(?:向|到|往|至)上|自下(?:而|向|至)上)"
_DOWNWARDS = r"(?:从上(?:方)?(?:向|到|往|至)下|由上(?:向|到|往|至)下|自上(?:而|向|至)下)"

_PLAIN: tuple[tuple[str, str], ...] = (
    (
        "orbit",
        r"(?:环绕|围绕|绕着|绕)(?!.{0,3}音)[^，。]{0,12}?(?:拍摄|旋转|转动|转|一周|一圈|半圈|运动|移动|飞行|盘旋)|环绕|盘旋|移(?:动)?到(?:了)?侧面|转(?:到|向|至)侧面",
    ),
    ("roll_ccw", r"逆时针[^，。]{0,4}?(?:旋转|滚转|转动|翻转|转|倾斜)"),
    ("roll_cw", r"(?<!逆)顺时针[^，。]{0,4}?(?:旋转|滚转|转动|翻转|转|倾斜)"),
    ("pan_left", rf"{_LEFT}{_SLOW}{_SIDEWAYS}?|{_TO}左(?:侧|边|方)?{_SLOW}{_SIDEWAYS}|左(?:移|摇|平移|横移)"),
    (
        "pan_right",
        rf"{_RIGHT}{_SLOW}{_SIDEWAYS}?|{_TO}右(?:侧|边|方)?{_SLOW}{_SIDEWAYS}|右(?:移|摇|平移|横移)",
    ),
    (
        "tilt_up",
        rf"{_UPWARDS}{_SLOW}(?:移动|摇|摇动|移|抬升|拍摄|扫过)?|{_TO}上(?:方)?{_SLOW}(?:摇|移|移动|抬|升|倾斜|平移|仰|升起|抬起)\w?|(?<![身桌地墙脸天床路手头山树楼纸水海马])上(?:摇|移|升)|抬升|升起|仰起|升高",
    ),
    (
        "tilt_down",
        rf"{_DOWNWARDS}{_SLOW}(?:移动|摇|摇动|移|下降|拍摄|扫过)?|{_TO}下(?:方)?{_SLOW}(?:摇|移|移动|降|倾斜|平移|俯)|下(?:摇|移|降)|降低|降下",
    ),
    (
        "zoom_in",
        r"推进|推近|前推|推向|推至|推到|拉近|放大|变焦推|逼近|靠近|接近|(?:向|往|朝)前(?:方)?(?:缓缓|缓慢|慢慢|平稳)?(?:推|移动|移|行进|前进|飞行|飞)|前移|前进|[由从自]远(?:及|至|到|而)近",
    ),
    (
        "zoom_out",
        r"拉远|拉开|拉出|后拉|后退|后移|缩小|(?:向|往|朝)后(?:方)?(?:缓缓|缓慢|慢慢|平稳)?(?:拉|移动|移|退|后退)|远离|退后|退开|[由从自]近(?:及|至|到|而)远",
    ),
    (
        "track",
        r"跟随|跟着|追随|追踪|跟踪|尾随|伴随(?=.{0,6}移动)|紧跟|跟移|跟拍|随着[^，。]{1,8}(?:移动|前进|奔跑)",
    ),
    ("static", r"(?:保持|始终|一直|完全|全程|是)*(?:静止|固定|不动|不移动|不运动|不变|原地|不晃动)"),
)
_TRADE: tuple[tuple[str, str], ...] = (
    (
        "static",
        r"固定(?:的)?(?:镜头|机位|相机|摄像机|摄影机|视角|画面)|静止(?:的)?(?:镜头|机位|画面|摄像机|相机)|定镜头|定机位|静态(?:镜头|机位)|(?:无|没有|不要)(?:任何)?(?:镜头|相机|摄像机|摄影机)(?:的)?(?:运动|移动|晃动)|(?:无|没有|不要)(?:任何)?运镜|(?:不要|请勿|切勿|勿)(?:移动|晃动|转动)(?:镜头|相机|摄像机|摄影机)",
    ),
    ("zoom_in", r"推镜头|推镜|镜头前推"),
    ("zoom_out", r"拉镜头|拉镜(?!头)"),
    ("track", r"跟拍|跟镜头|跟踪拍摄|跟踪镜头|追踪镜头|跟随拍摄|跟随镜头"),
    ("orbit", r"环绕拍摄|环绕镜头|环绕运镜|绕拍|围绕拍摄"),
    ("pan_left", r"左摇镜头|镜头左(?:摇|移)"),
    ("pan_right", r"右摇镜头|镜头右(?:摇|移)"),
    ("tilt_up", r"上摇镜头"),
    ("tilt_down", r"下摇镜头"),
)
_PLAIN_RE = [(word, re.compile(pattern)) for word, pattern in _PLAIN]
_TRADE_RE = [(word, re.compile(pattern)) for word, pattern in _TRADE]
_DENIAL = re.compile(
    r"(?:不要|不会|不能|不可|不得|没有|无需|避免|禁止|切勿|勿|别|无|不|未|并不|并未)(?:任何|再|有|做|使用|进行|地|向|往)*$"
)
_GOES_ON = re.compile(
    r"^\s*(?:然后|接着|随后|再|之后|最后|接下来|并|同时|又|而后|先|后|缓缓|缓慢|慢慢|逐渐|向|往|从|由|推|拉|环绕|围绕|绕|跟|上|下|左|右|顺时针|逆时针|最终|保持|不)"
)


def find(text: str) -> Iterator[Found]:
    """Camera words in the Chinese parts of a text, in no particular order."""
    of_camera = False
    last = 0
    for clause in _CLAUSE.finditer(text):
        if _ENDS.search(text[last : clause.start()]):
            of_camera = False
        last = clause.end()
        words, offset = clause.group(), clause.start()
        for word, pattern in _TRADE_RE:
            yield from (_found(word, match, words, offset) for match in pattern.finditer(words))
        at = _subject(words)
        if at is not None:
            of_camera = True
        elif not _GOES_ON.match(words):
            of_camera = False
        if of_camera:
            for word, pattern in _PLAIN_RE:
                for match in pattern.finditer(words):
                    yield _found(word, match, words, offset)


def _found(word: str, match: re.Match[str], words: str, offset: int) -> Found:
    denied = word != "static" and bool(_DENIAL.search(words[: match.start()]))
    return Found(word, offset + match.start(), offset + match.end(), denied)


def _subject(words: str) -> int | None:
    """Where the camera is named in a clause as what moves."""
    for match in re.finditer(_CAMERA, words):
        if not _OBJECT.search(words[: match.start()]) and not _PLACE.match(words[match.end() :]):
            return match.end()
    return None
