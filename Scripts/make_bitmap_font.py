#!/usr/bin/env python3
"""Rasterize DejaVu Sans Mono into the bitmap font that pictures are labeled with.

    python3 Scripts/make_bitmap_font.py > Sources/Reports/BitmapFont+Glyphs.swift

Needs Pillow and the font (Debian: fonts-dejavu-core). Each pixel is one hexadecimal digit of
coverage, 0 to f; glyphs follow each other from the space to the tilde.
"""

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, SIZE = 8, 16, 13
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"

font = ImageFont.truetype(FONT, SIZE)
print("// Made by Scripts/make_bitmap_font.py from DejaVu Sans Mono (Bitstream Vera license).")
print("\nextension BitmapFont {")
print("  /// Coverage from space to tilde: a hexadecimal digit a pixel, row by row; g to z stand for 2 to 21\n  /// zeros; a semicolon follows each glyph.")
print('  static let glyphs = """')
for code in range(32, 127):
    image = Image.new("L", (WIDTH, HEIGHT))
    ImageDraw.Draw(image).text((0, 0), chr(code), fill=255, font=font)
    digits = "".join(f"{round(value / 17):x}" for value in image.tobytes())
    # Runs of zeros are written as a letter g…z for 2 to 21 of them.
    packed, position = "", 0
    while position < len(digits):
        run = len(digits[position:]) - len(digits[position:].lstrip("0"))
        run = min(run, 21)
        packed += chr(ord("g") + run - 2) if run >= 2 else digits[position]
        position += max(run, 1)
    packed += ";"
    for start in range(0, len(packed), 90):
        last = code == 126 and start + 90 >= len(packed)
        print("    " + packed[start : start + 90] + ("" if last else "\\"))
print('    """')
print("}")
