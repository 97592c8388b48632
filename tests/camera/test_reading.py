"""Camera instructions in prompts: a corpus whose answers were written by hand, in both languages."""
# ruff: noqa: RUF001

import pytest

from kit.camera.reading import camera_words, instructions, wanted
from kit.suite import load

ENGLISH = """
The camera pans left. | pan_left
The camera pans slowly from right to left along a shelf. | pan_left
The camera pans from left to right. | pan_right
A slow pan to the right across the valley. | pan_right
The camera pans right, then tilts up to the sky. | pan_right tilt_up
The camera pans left, then back right. | pan_left pan_right
The camera tilts up, then back down to the street. | tilt_up tilt_down
She leans back right beside the window while the camera pans left. | pan_left
The camera makes a slow 360 degree rotation around the car. | orbit
A planet makes a 360 degree rotation around its sun. |
Dolly zoom on his face. |
Panning left over the rooftops. | pan_left
A left-to-right pan across the bookshelf. | pan_right
The camera trucks right past the shops. | pan_right
The camera slides to the left. | pan_left
The camera glides from left to right. | pan_right
The camera drifts slowly to the right. | pan_right
The camera sweeps from right to left. | pan_left
The camera turns to the left. | pan_left
The camera moves right. | pan_right
The camera tilts up. | tilt_up
The camera tilts down from the sign to the door. | tilt_down
The camera slowly tilts upward to reveal the tower. | tilt_up
The camera cranes up over the wall. | tilt_up
The camera rises above the trees. | tilt_up
The camera descends to the street. | tilt_down
The camera moves down along the trunk. | tilt_down
The camera pans up the building. | tilt_up
The camera pans down to her shoes. | tilt_down
The camera zooms in. | zoom_in
The camera slowly zooms in on her face. | zoom_in
Slow zoom out from a lighthouse. | zoom_out
The camera gently pushes forward. | zoom_in
The camera pushes in on the cup. | zoom_in
A slow push-in on the old man's eyes. | zoom_in
The camera dollies in. | zoom_in
The camera dollies out to show the whole room. | zoom_out
The camera pulls back. | zoom_out
The camera slowly pulls away from the window. | zoom_out
The camera moves closer to the flower. | zoom_in
The camera moves towards the door. | zoom_in
The camera moves backwards. | zoom_out
The camera glides forward through the forest. | zoom_in
The camera approaches the castle. | zoom_in
The camera closes in on the letter. | zoom_in
The camera retreats. | zoom_out
Dolly in on the vase. | zoom_in
Close-up of a ring, zoom in. | zoom_in
The camera rolls clockwise. | roll_cw
The camera rolls anti-clockwise against their turning. | roll_ccw
The camera rotates counterclockwise. | roll_ccw
The camera slowly spins clockwise. | roll_cw
The camera orbits around the robot. | orbit
The camera circles the statue. | orbit
The camera moves around the table. | orbit
The camera arcs around the couple. | orbit
An orbit shot of a chess piece. | orbit
The camera slowly moves to a side angle. | orbit
The camera rotates around the dancer. | orbit
A 360-degree shot of a car. | orbit
The camera follows her from behind. | track
The camera tracks alongside at the same speed. | track
A tracking shot of a cyclist. | track
The drone follows the car along the coast. | track
The camera keeps pace with the runner. | track
The camera trails the dog through the grass. | track
The camera follows her from behind, then slowly moves to a side angle as she stops and looks up. | track orbit
First the camera zooms in on the wax seal, then it tilts up to the window. | zoom_in tilt_up
The camera pans left and then zooms out. | pan_left zoom_out
The camera starts at the foot of the rocks and tilts up with the spray. | tilt_up
The camera pushes in, then orbits around the vase, then pulls back. | zoom_in orbit zoom_out
The camera pans right, then stays still. | pan_right static
The camera remains still. | static
The camera is fixed and does not move. | static
The camera is locked off. | static
Static shot of a candle. | static
A fixed camera looks on from a balcony. | static
Filmed from the front with a still camera. | static
The camera is on a tripod. | static
The camera doesn't move at all. | static
The camera never moves. | static
No camera movement. | static
A lake at dawn, no camera motion. | static
A lake at dawn without camera movement. | static
The camera stays completely motionless. | static
The camera holds still. | static
The camera zooms in without panning. | zoom_in
The camera does not zoom; it pans left. | pan_left
Never zoom, no pans or tilts. |
The camera pans right, without zooming. | pan_right
The camera does not pan left. |
No zoom. A cat sleeps. |
A scene with a bird that moves to a flower, then flying away. |
Footage of a dog running, moving to the left. |
A zoom lens lies on the table. |
A pan on the stove with oil. |
A frying pan full of eggs. |
Pots and pans hang on the wall. |
The train tracks run into the distance. |
A bread roll on a plate. |
She tilts her head up. |
He tilts his hat down and walks away. |
Two girls look into the camera. |
A man walks towards the camera. |
A bird flies past the camera. |
A man moves forward through the crowd. |
The dog circles around the tree. |
The satellite orbits the earth. |
A ball rolls down the hill to the left. |
The woman follows the boy. |
The wheels rotate clockwise. |
An old camera stands on a shelf. |
A photographer holds a camera and moves closer. |
A balloon rises over the hills. |
Children run from left to right. |
The car drives away. |
The cat remains still. |
He pulls back the curtain. |
She pushes forward through the snow. |
A static charge lifts her hair. |
A still life with three apples. |
Peter Pan flies over London. |
"""

CHINESE = """
镜头缓缓推进 | zoom_in
镜头缓慢推近她的脸 | zoom_in
镜头慢慢拉远 | zoom_out
镜头逐渐后退，露出整个房间 | zoom_out
镜头从左向右平移 | pan_right
镜头从右往左缓缓移动 | pan_left
镜头向左摇 | pan_left
摄像机向右平移 | pan_right
镜头右移 | pan_right
镜头向上摇，露出天空 | tilt_up
镜头缓缓上移 | tilt_up
镜头向下摇到地面 | tilt_down
镜头下降 | tilt_down
镜头从下往上拍摄高塔 | tilt_up
镜头顺时针旋转 | roll_cw
镜头逆时针旋转 | roll_ccw
镜头围绕雕像旋转一周 | orbit
环绕拍摄一辆红色跑车 | orbit
镜头环绕机器人移动 | orbit
镜头跟随女孩向前走 | track
跟拍一只奔跑的狗 | track
固定镜头，一只猫在睡觉 | static
镜头保持静止 | static
固定机位拍摄厨房 | static
镜头不动 | static
没有镜头运动 | static
镜头先推进，然后向右平移 | zoom_in pan_right
镜头跟随她的背影，随后移动到侧面 | track orbit
镜头向左平移，接着拉远 | pan_left zoom_out
推镜头，女孩抬起头 | zoom_in
镜头向前推进，穿过森林 | zoom_in
镜头不要推进，向左平移 | pan_left
她看着镜头慢慢靠近 |
男孩走向镜头 |
一扇平移门打开 |
气球缓缓上升 |
飞机的推进器在旋转 |
孩子们从左向右跑 |
风车顺时针旋转 |
小狗跟随主人 |
桌上放着一个镜头盖 |
行星环绕太阳旋转 |
镜头从女孩身上移到窗外 |
不要移动镜头 | static
镜头由远及近 | zoom_in
镜头从近到远 | zoom_out
声音由远及近 |
"""


def corpus(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """(phrase, words) of each line."""
    lines = [line.rpartition("|") for line in text.strip().splitlines()]
    return [(phrase.strip(), tuple(words.split())) for phrase, _, words in lines]


def test_the_corpus_is_large_enough():
    """At least 120 different phrases, at least 30 of them Chinese, at least 30 that ask for nothing."""
    phrases = corpus(ENGLISH) + corpus(CHINESE)
    assert len({phrase for phrase, _ in phrases}) >= 120
    assert len(corpus(CHINESE)) >= 30
    assert sum(not words for _, words in phrases) >= 30


@pytest.mark.parametrize(("phrase", "words"), corpus(ENGLISH) + corpus(CHINESE))
def test_phrases_are_read(phrase, words):
    """Each phrase gives the words that a person reads in it, in order."""
    assert camera_words(phrase) == words


@pytest.mark.parametrize("suite", ["article-four", "core-48"])
def test_bundled_suites_say_what_their_prompts_ask(suite):
    """Reading the text of every bundled prompt gives the words that its author put beside it."""
    for prompt in load(suite).prompts:
        assert camera_words(prompt.text) == prompt.camera, prompt.id


def test_spans_show_where_an_instruction_stands():
    """The span of each instruction is the text that asks for it, and a denial is told as one."""
    text = "A lake. The camera pans left, then zooms out; no tilting."
    found = [(one.word, text[one.start : one.end], one.denied) for one in instructions(text)]
    assert found[:2] == [("pan_left", "pans left", False), ("zoom_out", "zooms out", False)]
    assert {(word, denied) for word, _, denied in found[2:]} <= {("tilt_up", True), ("tilt_down", True)}
    assert len(found) > 2


def test_a_suites_own_words_win():
    """What the suite says of the camera is believed before the text."""
    assert wanted("The camera pans left.", ["zoom_in"]) == ("zoom_in",)
    assert wanted("The camera pans left.", []) == ("pan_left",)
    assert wanted("A lake.", []) == ()
