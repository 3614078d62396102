/// How a gradient map is computed: which box, which intensities, which scale.
///
/// All three show the edges of the new image where a tumor was seen before, as a channel beside the
/// image; zero elsewhere.
public enum GradientMapDefinition: String, CaseIterable, Codable, Hashable, Sendable {
  /// As the text of Ren et al. says: the image over its full range of intensities, margins of 2 to 6
  /// voxels.
  ///
  /// The text leaves the scale open; it is the published code's. As that one rescales each box's
  /// gradients to [0, 1], the range of intensities cancels and the margins are what differs.
  case paper
  /// As the authors' published program does: intensities over the range of the box, Gaussian gradient
  /// magnitude with σ = 1 voxel reflected at the box's border, rescaled to [0, 1], doubled and cut at
  /// 1; margins of 4 to 7 voxels on the sides of small indices, 3 to 6 on the others; where boxes
  /// overlap, the later one stays.
  case publishedCode = "published-code"
  /// Ours: margins and σ in millimeters, so that anisotropic voxels do not distort the map; gradients
  /// of the image itself at a box's border, not of its mirror image; scaled by the box's 95th
  /// percentile, so that one bright vessel does not fade a tumor; the larger value where boxes
  /// overlap, so that no order of tumors matters.
  case delineate

  /// How far boxes reach beyond tumors.
  public var margin: BoxMargin {
    switch self {
    case .paper: .voxels(low: 2...6, high: 2...6)
    case .publishedCode: .voxels(low: 4...7, high: 3...6)
    case .delineate: .millimeters(2...8)
    }
  }

  /// The Gaussian's standard deviation in mm of ``delineate``: a voxel of HNTS-MRG's coarser scans.
  static let sigma = 1.0
  /// The share of a box's gradients that ``delineate`` shows below 1.
  static let scaleShare = 0.95
}
