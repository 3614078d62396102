/// What a channel of an adaptive model shows, by the channel's name in its plan.
public enum AdaptationChannel: Hashable, Sendable {
  /// `T2` or `MR_T2`: the later scan, whose tumors are wanted.
  case later
  /// `T2_prior`: the earlier scan, laid on the later one.
  case earlier
  /// `gradient` (the published program's), `gradient_paper`, `gradient_delineate`: edges of the later
  /// scan where a tumor was.
  case gradientMap(GradientMapDefinition)
  /// `mask_prior`: the earlier contours' numbers as intensities.
  case priorLabels
  /// `mask_prior_GTVp` and the like: 1 inside one structure's earlier contours, 0 outside.
  case priorMask(structure: String)

  /// The channel of a name.
  /// - Returns: `nil` where the name is none of an adaptive model's.
  public init?(named name: String) {
    let mask = "mask_prior_"
    switch name {
    case "T2", "MR_T2": self = .later
    case "T2_prior": self = .earlier
    case "gradient": self = .gradientMap(.publishedCode)
    case "gradient_paper": self = .gradientMap(.paper)
    case "gradient_delineate": self = .gradientMap(.delineate)
    case "mask_prior": self = .priorLabels
    case _ where name.hasPrefix(mask) && name.count > mask.count:
      self = .priorMask(structure: String(name.dropFirst(mask.count)))
    default: return nil
    }
  }

  /// The name in a model's plan; those that begin with `mask` are not normalized.
  public var name: String {
    switch self {
    case .later: "T2"
    case .earlier: "T2_prior"
    case .gradientMap(.publishedCode): "gradient"
    case .gradientMap(let definition): "gradient_\(definition.rawValue)"
    case .priorLabels: "mask_prior"
    case .priorMask(let structure): "mask_prior_\(structure)"
    }
  }

  /// Whether the channel follows the boxes around earlier tumors, and so their margin.
  public var hasMargin: Bool {
    if case .gradientMap = self { true } else { false }
  }
}
