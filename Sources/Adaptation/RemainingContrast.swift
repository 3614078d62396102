internal import ImageProcessing
import Volumes

/// How much of a tumor's contrast before is left in the later scan.
///
/// A tumor stands out from what is around it by median(core) / median(surroundings) − 1, where the
/// core is the half of the tumor that lies deepest and the surroundings are 2 to 8 mm away from it (two
/// voxels, where those are larger) and in no other tumor. What is left is that number in the later scan
/// over that in the earlier one: about 1 where nothing changed, about 0 where the place looks like its
/// surroundings. Medians, and a ratio of ratios, because MR intensities have no unit and differ from
/// scan to scan.
///
/// On drawn patients it tells vanished from living tumors where a network's contours do not
/// (`Documentation/Adaptation.md`); the definition is the project's own.
struct RemainingContrast {
  /// An earlier contrast below this is too little to compare with.
  static let smallestContrast = 0.1
  /// Fewer voxels around a tumor than these tell nothing.
  static let fewestSurroundings = 10

  /// Where the surroundings lie, in mm from the tumor's voxels.
  private let surroundings: ClosedRange<Double>
  private let earlier: Volume<Float>
  private let later: Volume<Float>
  private let contours: LabelMap

  /// What compares two scans on one grid around contours on it.
  init(earlier: Volume<Float>, later: Volume<Float>, contours: LabelMap) {
    self.earlier = earlier
    self.later = later
    self.contours = contours
    surroundings = 2...max(8, 2 * contours.grid.spacing.min())
  }

  /// The share of contrast that is left of a tumor; `nil` where it hardly stood out before, or nothing
  /// is around it.
  func share(of tumor: TumorInstance) -> Double? {
    let places = places(of: tumor)
    guard !places.core.isEmpty, places.around.count >= Self.fewestSurroundings,
      let before = contrast(in: earlier, places), before >= Self.smallestContrast,
      let now = contrast(in: later, places)
    else { return nil }
    return now / before
  }

  private typealias Places = (core: [Int], around: [Int])

  /// The voxels of a tumor's core and of its surroundings, by their places in the grid's memory.
  private func places(of tumor: TumorInstance) -> Places {
    let grid = contours.grid
    let box = tumor.mask.box?.widened(by: surroundings.upperBound, on: grid)
    guard let box else { return ([], []) }
    var inside: [UInt8] = []
    var places: [Int] = []
    for k in box.k {
      for j in box.j {
        for i in box.i {
          inside.append(tumor.mask[i, j, k] ? 1 : 0)
          places.append((k * grid.size.y + j) * grid.size.x + i)
        }
      }
    }
    func distances(to marks: [UInt8]) -> [Double] {
      distanceTransform(of: marks, size: box.size, spacing: grid.spacing)
        // Nothing is outside: every voxel of the tumor is as deep as any other.
        ?? marks.map { _ in 1 }
    }
    let depths = distances(to: inside.map { 1 - $0 })
    let reaches = distances(to: inside)
    let deepest = depths.max() ?? 0
    return contours.withUnsafeVoxels { labels in
      var found: Places = ([], [])
      for index in places.indices {
        if inside[index] != 0 {
          if depths[index] >= deepest / 2 { found.core.append(places[index]) }
        } else if surroundings.contains(reaches[index]), labels[places[index]] == 0 {
          found.around.append(places[index])
        }
      }
      return found
    }
  }

  private func contrast(in scan: Volume<Float>, _ places: Places) -> Double? {
    scan.withUnsafeVoxels { voxels in
      func median(_ places: [Int]) -> Double {
        let values = places.map { voxels[$0] }.sorted()
        return (Double(values[(values.count - 1) / 2]) + Double(values[values.count / 2])) / 2
      }
      let around = median(places.around)
      return around > 0 ? median(places.core) / around - 1 : nil
    }
  }
}
