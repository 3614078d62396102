/// The Dice similarity coefficient of one structure aggregated over cases, as the HNTS-MRG challenge
/// scores: twice the summed common volume over the summed volumes.
///
/// Large structures weigh more than small ones, and a case without the structure on both sides adds
/// nothing, where a mean of Dice values would have no value for it.
/// - SeeAlso: Andrearczyk et al., HECKTOR 2022, *LNCS* 13626 (2023); Wahid et al., HNTS-MRG 2024.
public struct AggregatedDice: Hashable, Sendable {
  private var commonVolume = 0.0
  private var summedVolume = 0.0

  /// Nothing aggregated yet.
  public init() {}

  /// Adds one case's pair of contours.
  public mutating func add(_ overlap: Overlap) {
    commonVolume += overlap.truePositiveVolume
    summedVolume += overlap.referenceVolume + overlap.predictionVolume
  }

  /// `2 Σ|R ∩ P| / Σ(|R| + |P|)` in mm³, 0 to 1; `nil` where no case had a voxel.
  public var value: Double? { summedVolume > 0 ? 2 * commonVolume / summedVolume : nil }
}
