internal import Anatomy
internal import DICOMStudies
internal import Volumes

/// Gives structures of a set their names, colors and types.
struct StructureNamer {
  let clinic: ClinicNames
  private(set) var notes: [String] = []
  private var taken: Set<String> = []

  init(clinic: ClinicNames) { self.clinic = clinic }

  /// A structure under the clinic's or else TG-263's name; names are unique, whatever their case.
  mutating func structure(
    _ spelling: String,
    number: Int,
    color: StructureColor?,
    contours: [PlanarContour]
  ) -> StructureSet.Structure {
    let vocabulary = StructureVocabulary.standard
    let entry = clinic.entry(of: spelling)
    let wanted = entry?.name ?? vocabulary.canonicalName(of: spelling)
    var name = wanted
    var suffix = 2
    while !taken.insert(name.lowercased()).inserted {
      name = "\(wanted)_\(suffix)"
      suffix += 1
    }
    if name != wanted { notes.append("\(wanted) is called \(name): the name was taken.") }
    if name.count > 16 {
      notes.append("\(name) has more than the 16 characters that TG-263 asks for.")
    }
    return StructureSet.Structure(
      number: number,
      name: name,
      color: entry?.color ?? color ?? vocabulary.color(of: spelling),
      interpretedType: entry?.interpretedType ?? Self.interpretedType(of: spelling),
      contours: contours
    )
  }

  /// DICOM's term for what a structure is (PS3.3, C.8.8.8).
  static func interpretedType(of spelling: String) -> String {
    let name = StructureVocabulary.standard.canonicalName(of: spelling).uppercased()
    for target in ["GTV", "CTV", "PTV"] where name.hasPrefix(target) { return target }
    if name == "EXTERNAL" { return "EXTERNAL" }
    return name.hasSuffix("PRV") ? "AVOIDANCE" : "ORGAN"
  }
}
