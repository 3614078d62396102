public import Anatomy
public import Foundation

/// What was found in one scan, how, and how long it took: the content of a report for people.
public struct CaseReport: Sendable {
  /// A named fact, such as the model's name or the grid's spacing.
  public struct Fact: Hashable, Sendable {
    /// What the fact is about.
    public var name: String
    /// The fact, with its unit.
    public var value: String

    /// A fact from its name and value.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }
  /// A heading with the facts below it.
  public struct Section: Hashable, Sendable {
    /// The heading.
    public var title: String
    /// The facts, in order.
    public var facts: [Fact]

    /// A section from its title and facts.
    public init(_ title: String, _ facts: [Fact]) {
      self.title = title
      self.facts = facts
    }
  }
  /// One row of the table of structures.
  public struct Structure: Hashable, Sendable {
    /// The structure's name.
    public var name: String
    /// Its number in the label map.
    public var label: UInt16
    /// The color of its contours.
    public var color: StructureColor
    /// Its volume in milliliters; 0 where nothing was found.
    public var volumeInMilliliters: Double
    /// The number of its voxels.
    public var voxels: Int

    /// A row from its values.
    public init(
      name: String,
      label: UInt16,
      color: StructureColor,
      volumeInMilliliters: Double,
      voxels: Int
    ) {
      self.name = name
      self.label = label
      self.color = color
      self.volumeInMilliliters = volumeInMilliliters
      self.voxels = voxels
    }
  }
  /// One step of the run.
  public struct Stage: Hashable, Sendable {
    /// What was done.
    public var name: String
    /// How long it took, in seconds.
    public var seconds: Double

    /// A stage from its name and time.
    public init(_ name: String, seconds: Double) {
      self.name = name
      self.seconds = seconds
    }
  }
  /// A picture, already encoded.
  public struct Picture: Sendable {
    /// What it shows.
    public var caption: String
    /// A PNG file's bytes.
    public var png: Data

    /// A picture from its caption and PNG bytes.
    public init(caption: String, png: Data) {
      self.caption = caption
      self.png = png
    }
  }

  /// The heading of the report.
  public var title: String
  /// When the contours were made.
  public var date: Date
  /// What a reader must know before trusting the contours; may be empty.
  public var warnings: [String]
  /// The structures, in the model's order.
  public var structures: [Structure]
  /// The pictures, in order.
  public var pictures: [Picture]
  /// The steps, in order.
  public var stages: [Stage]
  /// Scan, model, settings and versions.
  public var sections: [Section]

  /// A report from its parts.
  public init(
    title: String,
    date: Date,
    warnings: [String],
    structures: [Structure],
    pictures: [Picture],
    stages: [Stage],
    sections: [Section]
  ) {
    self.title = title
    self.date = date
    self.warnings = warnings
    self.structures = structures
    self.pictures = pictures
    self.stages = stages
    self.sections = sections
  }
}
