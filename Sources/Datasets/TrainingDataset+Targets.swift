internal import Anatomy
internal import Foundation

/// Whether a structure is a target or a lesion by its name, so that a patient may well not have it.
///
/// Everything else is taken for an organ, which every patient has.
func isTarget(_ name: String) -> Bool {
  let words = [
    "gtv", "ctv", "ptv", "itv", "hrv", "tumor", "tumour", "lesion", "metastas", "cancer",
  ]
  for spelling in [name, StructureVocabulary.standard.canonicalName(of: name)] {
    let plain = spelling.lowercased()
    if words.contains(where: plain.contains) { return true }
  }
  return false
}
