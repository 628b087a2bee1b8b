"""Small illustrations, drawn here: nobody's photograph is in the demo."""

import io
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

_SIZE = (1200, 900)
Painter = Callable[[ImageDraw.ImageDraw], None]


def stair_rail() -> SimpleUploadedFile:
    """A stair with a hand rail that has come loose at the top."""

    def paint(pen: ImageDraw.ImageDraw) -> None:
        pen.rectangle((0, 0, 1200, 900), fill="#e9e4da")
        for step in range(7):
            left, top = 120 + step * 130, 760 - step * 85
            pen.rectangle((left, top, 1200, 900), fill="#b9b2a5" if step % 2 else "#c9c2b4", outline="#8c8577", width=3)
        pen.line((150, 560, 880, 85), fill="#3f4c55", width=26)
        for left, top in ((190, 535), (440, 372), (690, 210)):
            pen.line((left, top, left, top + 190), fill="#3f4c55", width=14)
        pen.line((880, 85, 1010, 130), fill="#3f4c55", width=26)
        pen.ellipse((958, 18, 1078, 138), outline="#c0392b", width=9)
        for top in (52, 96):
            pen.ellipse((1036, top, 1054, top + 18), fill="#5b5348")

    return _save("rekkverk-trapp-b.jpg", paint)


def icy_steps() -> SimpleUploadedFile:
    """An entrance with ice on the steps and a dripping gutter."""

    def paint(pen: ImageDraw.ImageDraw) -> None:
        pen.rectangle((0, 0, 1200, 620), fill="#8fa3ad")
        pen.rectangle((420, 140, 780, 620), fill="#5a3f2e", outline="#3b2a1f", width=8)
        pen.ellipse((715, 370, 745, 400), fill="#d8c27a")
        pen.rectangle((340, 95, 860, 135), fill="#6d6f72")
        for left in range(360, 850, 45):
            pen.polygon([(left, 135), (left + 22, 135), (left + 11, 175 + left % 90)], fill="#dff0f7")
        for step in range(3):
            top = 620 + step * 90
            pen.rectangle((300 - step * 90, top, 900 + step * 90, top + 90), fill="#d5e6ee", outline="#9db4be", width=4)

    return _save("trapp-personalinngang.jpg", paint)


def blocked_exit() -> SimpleUploadedFile:
    """Boxes in front of an emergency exit."""

    def paint(pen: ImageDraw.ImageDraw) -> None:
        pen.rectangle((0, 0, 1200, 900), fill="#dcd9d2")
        pen.rectangle((0, 720, 1200, 900), fill="#a9a49a")
        pen.rectangle((430, 160, 790, 720), fill="#f3f1ec", outline="#77736a", width=8)
        pen.rectangle((510, 60, 710, 130), fill="#1d7a46")
        pen.polygon([(545, 95), (590, 72), (590, 118)], fill="white")
        pen.rectangle((590, 88, 675, 102), fill="white")
        boxes = ((380, 520, "#b98a56"), (560, 560, "#a67a49"), (470, 380, "#c79a66"), (700, 470, "#b98a56"))
        for left, top, colour in boxes:
            pen.rectangle((left, top, left + 190, 740), fill=colour, outline="#6f5230", width=5)
            pen.line((left, top + 40, left + 190, top + 40), fill="#8a6a40", width=12)

    return _save("romningsvei.jpg", paint)


def _save(name: str, paint: Painter) -> SimpleUploadedFile:
    picture = Image.new("RGB", _SIZE)
    paint(ImageDraw.Draw(picture))
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=82)
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")
