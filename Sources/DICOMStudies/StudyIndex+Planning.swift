extension StudyIndex {
  /// A series that was chosen, and why.
  public struct Choice: Sendable {
    /// The series.
    public let series: Series
    /// One sentence that says what spoke for it, and against the others.
    public let reason: String
  }

  /// The series of a modality that a planner would contour on.
  ///
  /// Those whose images all lie in space and are no localizers; of them the one that a structure
  /// set, dose or plan of the folder refers to by its frame of reference, then the one with the most
  /// slices, then the lowest series number.
  /// - Parameter modality: "CT" or "MR".
  /// - Returns: `nil` where there is none.
  public func planningSeries(of modality: String) -> Choice? {
    let all = series.filter { $0.modality == modality }
    let usable = all.filter { $0.isVolume && !$0.isLocalizer }
    let planned = Set(
      series.filter { ["RTSTRUCT", "RTDOSE", "RTPLAN"].contains($0.modality) }
        .map(\.frameOfReference).filter { !$0.isEmpty }
    )
    let order = usable.sorted { a, b in
      let (first, second) = (
        planned.contains(a.frameOfReference), planned.contains(b.frameOfReference)
      )
      if first != second { return first }
      if a.isOriginal != b.isOriginal { return a.isOriginal }
      if a.count != b.count { return a.count > b.count }
      return (a.number ?? .max, a.uid) < (b.number ?? .max, b.uid)
    }
    guard let chosen = order.first else { return nil }
    var reasons = ["\(chosen.count) slices"]
    if planned.contains(chosen.frameOfReference) {
      reasons.append("the frame of reference of the radiotherapy objects")
    }
    let localizers = all.count { $0.isLocalizer }
    if localizers > 0 { reasons.append("\(localizers) localizers passed over") }
    let flat = all.count { !$0.isVolume && !$0.isLocalizer }
    if flat > 0 { reasons.append("\(flat) without a volume passed over") }
    let derived = usable.count { !$0.isOriginal }
    if derived > 0 && chosen.isOriginal { reasons.append("\(derived) derived passed over") }
    if usable.count == 1 { reasons.append("the only \(modality) volume") }
    let label = chosen.number.map { "\(modality) series \($0)" } ?? "\(modality) series"
    return Choice(series: chosen, reason: "\(label): \(reasons.joined(separator: ", ")).")
  }

  /// One series' images in order.
  /// - Parameter uid: Which; by default the planning CT, or else the planning MR.
  /// - Returns: The series.
  /// - Throws: ``DICOMObjectError``.
  public func imageSeries(uid: String? = nil) throws(DICOMObjectError) -> ImageSeries {
    let found: Series?
    if let uid {
      found = series.first { $0.uid == uid && $0.headers.contains { $0.geometry != nil } }
    } else {
      found = planningSeries(of: "CT")?.series ?? planningSeries(of: "MR")?.series
    }
    guard let found else {
      throw .noSeries(
        folder: name,
        wanted: uid.map { "image series \($0)" } ?? "CT or MR volume",
        found: series.map { "\($0.modality) (\($0.count) objects)" }
      )
    }
    return try ImageSeries(found.headers)
  }
}

extension StudyIndex.Series {
  /// Whether its images are a scout or localizer.
  public var isLocalizer: Bool {
    headers.contains { header in header.imageType.contains { $0.uppercased() == "LOCALIZER" } }
  }

  /// Whether its images are as the scanner made them, not computed from others.
  public var isOriginal: Bool {
    !headers.contains { $0.imageType.first?.uppercased() == "DERIVED" }
  }

  /// Whether its images lie in space, are parallel and more than one.
  public var isVolume: Bool {
    guard headers.count > 1, let first = headers.first?.geometry else { return false }
    return headers.allSatisfy { header in
      guard let geometry = header.geometry else { return false }
      let turn = geometry.normal - first.normal
      return (turn * turn).sum() < 1e-4
    }
  }
}
