import ImageProcessing
import Models
import NeuralNetworks
import Preprocessing
import VolumeFiles
import Volumes

/// Which of a model's channels a request's scans are, and how they become one volume a channel.
///
/// A network of several modalities takes what there is: a channel without a scan is empty, and scans
/// on grids of their own are brought onto the first one's by where they lie in the patient. Any
/// other network takes all of its channels, on one grid.
struct ScanChannels {
  private let names: [String]
  /// For each scan its channel.
  private let places: [Int]
  private let isFlexible: Bool

  /// The channels of a request's scans.
  /// - Throws: ``SegmentationError`` where their number or a name is not the model's.
  init(of request: SegmentationRequest, plan: ModelPlan) throws(SegmentationError) {
    names = plan.channelNames
    isFlexible = (plan.architecture.m3?.modalities.count ?? 1) > 1
    var places = Array(names.indices)
    if isFlexible, let given = request.channels {
      places = []
      for name in given {
        guard let place = names.firstIndex(of: name), places.allSatisfy({ $0 < place }) else {
          throw .wrongInputCount(found: request.inputs.count, channels: names)
        }
        places.append(place)
      }
    }
    guard request.inputs.count == places.count, !places.isEmpty else {
      throw .wrongInputCount(found: request.inputs.count, channels: names)
    }
    self.places = places
  }

  /// The channels that no scan is given for.
  var missing: [String] {
    names.indices.filter { !places.contains($0) }.map { names[$0] }
  }

  /// One volume a channel, on the grid of the first scan, and the names of those that were brought
  /// there from grids of their own.
  func volumes(of scans: [Scan], threads: Int) -> (volumes: [Volume<Float>], moved: [String]) {
    guard isFlexible, let grid = scans.first?.volume.grid else { return (scans.map(\.volume), []) }
    let empty = Volume<Float>(repeating: 0, grid: grid)
    var volumes = [Volume<Float>](repeating: empty, count: names.count)
    var moved: [String] = []
    for (scan, place) in zip(scans, places) {
      if grid.matches(scan.volume.grid) {
        volumes[place] = scan.volume
      } else {
        volumes[place] = resampled(
          scan.volume,
          onto: grid,
          outside: scan.isCT ? -1024 : 0,
          threads: threads
        )
        moved.append(names[place])
      }
    }
    return (volumes, moved)
  }

  /// The prepared case, with nothing at all in channels that show nothing.
  func emptied(_ prepared: PreparedCase) -> PreparedCase {
    isFlexible ? prepared.withoutConstantChannels() : prepared
  }

  /// What a reader of the labels should know about the scans; `moved` as ``volumes(of:threads:)``
  /// told it, and the prepared case the network saw.
  func warnings(moved: [String], prepared: PreparedCase) -> [String] {
    guard isFlexible else { return [] }
    var result: [String] = []
    if !missing.isEmpty {
      result.append("Not given: \(missing.joined(separator: ", ")); the network ran without.")
    }
    let empty = prepared.constantChannels.filter { places.contains($0) }.map { names[$0] }
    if !empty.isEmpty {
      result.append(
        "Nothing to see in \(empty.joined(separator: ", ")) where the other scan is; the network "
          + "ran without."
      )
    }
    if !moved.isEmpty {
      result.append(
        "\(moved.joined(separator: ", ")) lay on another grid and was brought onto the scan's by "
          + "position alone: register first where the patient moved."
      )
    }
    return result
  }
}
