import ImageProcessing
import Models
import NeuralNetworks
public import Registration
public import Volumes

/// What the registration inside an M3-Net makes of the scan beside the contoured one.
///
/// The network's field comes after the registration that the scans were laid on each other by: the
/// whole map leads from the contoured scan to the other one as it was read, in one interpolation.
public struct NetworkRegistration: Sendable {
  /// How far the network moved the other scan.
  public struct Summary: Codable, Sendable, Hashable {
    /// The other scan's channel.
    public var channel: String
    /// The mean displacement over the network's voxels, in mm.
    public var meanDisplacement: Double
    /// The largest displacement, in mm.
    public var largestDisplacement: Double
    /// The share of the network's voxels at which the field folds, from 0 to 1.
    public var foldedShare: Double
  }

  /// How far the network moved it.
  public let summary: Summary
  /// From points of the contoured scan to points of the other one as it was read.
  public let transform: SpatialTransform
  /// The other scan on the contoured one's grid.
  public let registered: Volume<Float>

  /// The network's displacements behind the registration before it.
  init(
    of other: AlignedScan,
    onto grid: VoxelGrid,
    by displacements: Volume<SIMD3<Float>>,
    threads: Int
  ) {
    let field = DisplacementField(displacements)
    let lengths = displacements.withUnsafeVoxels { vectors in
      vectors.reduce(into: (sum: 0.0, largest: 0.0)) { result, vector in
        let length = Double((vector * vector).sum().squareRoot())
        result = (result.sum + length, max(result.largest, length))
      }
    }
    summary = Summary(
      channel: other.channel,
      meanDisplacement: lengths.sum / Double(displacements.grid.count),
      largestDisplacement: lengths.largest,
      foldedShare: JacobianSummary(of: field).foldedShare
    )
    transform = SpatialTransform.field(field).then(other.transform)
    registered = transform.resampled(
      other.original,
      onto: grid,
      outside: valueOutside(isCT: other.isCT),
      threads: threads
    )
  }
}

extension ModelPlan {
  /// - Throws: ``SegmentationError/noRegistration(model:)`` where the network has none.
  func requireRegistration() throws(SegmentationError) {
    guard architecture.m3?.registration != nil else { throw .noRegistration(model: name) }
  }

  /// The scan that the network's registration moves, where it was used and is not the contoured one.
  func registeredScan(among scans: CaseScans) -> AlignedScan? {
    guard let network = architecture.m3, network.modalities.count == 2 else { return nil }
    let place = preparation.source(of: network.modalities[0].channels)
    return scans.others.first { $0.channel == channelNames[place] }
  }
}
