/// The structures that a label map's numbers stand for, in the order of the file or model.
public struct LabelScheme: Hashable, Sendable, Codable {
  /// One structure of a label map.
  public struct Entry: Hashable, Sendable, Codable {
    /// The number in the label map; 1 or more.
    public var label: UInt16
    /// The name as its source writes it.
    public var name: String
    /// The color of contours and legends, sRGB.
    public var color: StructureColor

    /// A structure with its number, name and color; by default the color of the named organ, or
    /// else one drawn from a fixed palette by the number.
    public init(label: UInt16, name: String, color: StructureColor? = nil) {
      self.label = label
      self.name = name
      self.color =
        color ?? OrganAtRisk(named: name)?.color ?? StructureColor.palette(Int(label))
    }
  }

  /// The structures; background is not among them.
  public var entries: [Entry]

  /// A scheme of these structures.
  public init(entries: [Entry]) { self.entries = entries }

  /// The structure with this number.
  /// - Returns: `nil` for background and for numbers without a structure.
  public func entry(label: UInt16) -> Entry? { entries.first { $0.label == label } }
}

/// A color in sRGB, 8 bits a channel.
public struct StructureColor: Hashable, Sendable, Codable {
  /// Red, 0 to 255.
  public var red: UInt8
  /// Green, 0 to 255.
  public var green: UInt8
  /// Blue, 0 to 255.
  public var blue: UInt8

  /// A color from its channels.
  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// One of twelve well-separated colors, by number (Paul Tol's muted and bright sets).
  public static func palette(_ index: Int) -> StructureColor {
    let colors: [StructureColor] = [
      .init(238, 102, 119), .init(68, 119, 170), .init(34, 136, 51), .init(204, 187, 68),
      .init(102, 204, 238), .init(170, 51, 119), .init(221, 204, 119), .init(136, 204, 238),
      .init(68, 170, 153), .init(204, 102, 119), .init(153, 153, 51), .init(51, 34, 136),
    ]
    return colors[((index % colors.count) + colors.count) % colors.count]
  }
}
