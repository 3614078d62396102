public import Anatomy
public import Volumes

/// A structure set as a value: structures by their contours in the patient.
public struct StructureSet: Hashable, Sendable {
  /// One structure.
  public struct Structure: Hashable, Sendable {
    /// ROI Number, unique in the set.
    public var number: Int
    /// ROI Name.
    public var name: String
    /// What the structure is or how it came about; empty where nothing is said.
    public var description: String
    /// The color that viewers show.
    public var color: StructureColor?
    /// ROI Generation Algorithm: "AUTOMATIC", "MANUAL", "SEMIAUTOMATIC"; empty where nothing is said.
    public var generation: String
    /// RT ROI Interpreted Type: "ORGAN", "GTV", "EXTERNAL"; empty where nothing is said.
    public var interpretedType: String
    /// The closed planar contours.
    public var contours: [PlanarContour]

    /// A structure from its parts.
    public init(
      number: Int,
      name: String,
      description: String = "",
      color: StructureColor? = nil,
      generation: String = "AUTOMATIC",
      interpretedType: String = "ORGAN",
      contours: [PlanarContour]
    ) {
      self.number = number
      self.name = name
      self.description = description
      self.color = color
      self.generation = generation
      self.interpretedType = interpretedType
      self.contours = contours
    }
  }

  /// Structure Set Label, at most 16 characters.
  public var label: String
  /// The structures in their order.
  public var structures: [Structure]

  /// A structure set from its parts.
  public init(label: String, structures: [Structure]) {
    self.label = label
    self.structures = structures
  }
}
