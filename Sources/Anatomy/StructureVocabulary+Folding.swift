internal import Foundation

/// The letters and digits of a spelling, lower case and without accents.
func folded(_ spelling: String) -> String { words(of: spelling).joined() }

/// The folded words of a spelling: parted by what is neither letter nor digit, and where a capital
/// follows a small letter (`LeftParotid`).
func words(of spelling: String) -> [String] {
  var words: [String] = []
  var word = ""
  var previous: Character?
  for character in spelling {
    let isWordPart = character.isLetter || character.isNumber
    let isHump = character.isUppercase && previous?.isLowercase == true
    if !isWordPart || isHump {
      if !word.isEmpty { words.append(word) }
      word = ""
    }
    if isWordPart { word.append(character) }
    previous = character
  }
  if !word.isEmpty { words.append(word) }
  return words.map {
    $0.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: Locale(identifier: "C"))
  }
}

/// A name without blanks at its ends.
func trimmed(_ name: String) -> String { name.trimmingCharacters(in: .whitespacesAndNewlines) }
