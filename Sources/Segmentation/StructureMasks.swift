internal import Anatomy
internal import ImageProcessing
internal import Volumes

/// The masks that rules for structures work on, each made when it is first asked for.
struct StructureMasks {
  private let labels: LabelMap
  /// The label of each structure, by what its spellings have in common.
  private let sources: [String: UInt16]
  private var masks: [String: CroppedMask] = [:]
  private var body: CroppedMask?

  init(_ labels: LabelMap, sources: [String: UInt16]) {
    self.labels = labels
    self.sources = sources
  }

  /// The structure that a rule makes; rules after it may use it.
  mutating func apply(
    _ rule: DerivedStructure,
    scan: Volume<Float>?,
    isCT: Bool,
    threads: Int
  ) throws(DerivedStructureError) -> CroppedMask {
    let identity = StructureVocabulary.standard.identity(of: rule.name)
    guard sources[identity] == nil, masks[identity] == nil else { throw .nameTaken(rule.name) }
    var found: [CroppedMask] = []
    for name in rule.union ?? rule.intersection ?? [] { found.append(try mask(name, of: rule)) }
    let isUnion = rule.union != nil
    var result = found.dropFirst().reduce(found.first ?? CroppedMask(emptyOn: labels.grid)) {
      isUnion ? $0.union($1) : $0.intersection($1)
    }
    if let margin = rule.margin { result = result.grown(by: margin) }
    for name in rule.minus ?? [] { result = result.subtracting(try mask(name, of: rule)) }
    if rule.crop == .body {
      guard let scan, scan.grid == labels.grid else { throw .noScan(rule: rule.name) }
      let body =
        self.body
        ?? CroppedMask(
          bodyMask(of: scan, contrast: isCT ? .ct : .mr, margin: 0, threads: threads)
        )
      self.body = body
      result = result.intersection(body)
    }
    masks[identity] = result
    return result
  }

  private mutating func mask(
    _ name: String,
    of rule: DerivedStructure
  ) throws(DerivedStructureError) -> CroppedMask {
    let identity = StructureVocabulary.standard.identity(of: name)
    if let mask = masks[identity] { return mask }
    guard let label = sources[identity] else {
      throw .unknownStructure(rule: rule.name, structure: name)
    }
    let mask = CroppedMask(labels.map { $0 == label })
    masks[identity] = mask
    return mask
  }
}
