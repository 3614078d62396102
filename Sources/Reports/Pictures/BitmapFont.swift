/// DejaVu Sans Mono at 13 pixels, as coverage: letters for pictures without a font library.
///
/// Holds ASCII; another character is drawn as a question mark.
enum BitmapFont {
  /// The width and height of each character's cell, in pixels.
  static let width = 8
  static let height = 16

  /// Coverage of a character's cell, row by row, 0 to 15.
  static func coverage(of character: Character) -> [UInt8] {
    let code = Int(character.asciiValue ?? 63)
    return cells[(32...126).contains(code) ? code - 32 : 31]
  }

  private static let cells: [[UInt8]] = {
    let all = glyphs.split(separator: ";", omittingEmptySubsequences: false).map { glyph in
      glyph.utf8.flatMap { byte -> [UInt8] in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): [byte - UInt8(ascii: "0")]
        case UInt8(ascii: "a")...UInt8(ascii: "f"): [byte - UInt8(ascii: "a") + 10]
        default: Array(repeating: 0, count: Int(byte - UInt8(ascii: "g")) + 2)
        }
      }
    }
    precondition(
      all.count == 96 && all.dropLast().allSatisfy { $0.count == width * height },
      "the font is made by Scripts/make_bitmap_font.py"
    )
    return all
  }()
}
