internal import Anatomy
internal import Archives
public import Foundation
internal import ImageProcessing
internal import VolumeFiles
public import Volumes

/// A case's scans and contours, read.
public struct LoadedCase: Sendable {
  /// The scans in the data set's order, all on one grid.
  public var channels: [Volume<Float>]
  /// The class of each voxel: 1…N, or 0 for background.
  public var labels: LabelMap
  /// The classes that were contoured, with voxels or without; the loss leaves out the others.
  public var contoured: Set<UInt16>
}

extension TrainingDataset {
  /// Reads a case: the scans, and one label map of the network's classes on their grid, the first
  /// scan's; a channel without a scan is 0 everywhere.
  /// - Throws: ``TrainingDatasetError`` where a file cannot be read, grids differ, or a number
  ///   stands for no structure.
  public func load(_ one: TrainingCase) throws(TrainingDatasetError) -> LoadedCase {
    var scans: [Volume<Float>?] = []
    var common: VoxelGrid?
    for (number, url) in one.channels.enumerated() {
      guard url != TrainingCase.noScan else {
        scans.append(nil)
        continue
      }
      var volume = try reading(one) { () throws(VolumeFileError) in try readVolume(at: url) }
      if let grid = common, !grid.matches(volume.grid) {
        guard channelGrids == .own else {
          throw .mismatchedPair(
            case: one.name,
            file: url.lastPathComponent,
            GridMismatch(expected: grid, found: volume.grid)
          )
        }
        let isCT = channelNames.indices.contains(number) && isCTName(channelNames[number])
        volume = resampled(volume, onto: grid, outside: isCT ? -1024 : 0, threads: 1)
      }
      common = common ?? volume.grid
      scans.append(volume)
    }
    guard let grid = common else {
      throw .missingFile(case: one.name, file: channelNames.first ?? "a scan")
    }
    let channels = scans.map { $0 ?? Volume(repeating: 0, grid: grid) }
    let labels = try labelMap(of: one, on: grid)
    let contoured = one.contoured ?? contouredClasses(present: labels.present)
    return LoadedCase(
      channels: channels,
      labels: labels.map,
      contoured: contoured.union(labels.present)
    )
  }

  private func isCTName(_ name: String) -> Bool { name.uppercased().hasPrefix("CT") }

  /// The classes that count as contoured where the layout does not say, from those that occur.
  public func contouredClasses(present: Set<UInt16>) -> Set<UInt16> {
    Set(
      labels.entries.filter { entry in
        switch absence {
        case .notContoured: present.contains(entry.label)
        case .empty: true
        case .byName: present.contains(entry.label) || isTarget(entry.name)
        }
      }.map(\.label)
    )
  }

  private func labelMap(
    of one: TrainingCase,
    on grid: VoxelGrid
  ) throws(TrainingDatasetError) -> (map: LabelMap, present: Set<UInt16>) {
    switch one.labels {
    case .map(let url, let classes):
      let file = try reading(one) { () throws(VolumeFileError) in try readLabelMap(at: url) }
      try check(file.labelMap.grid, on: grid, one, url)
      var table = [UInt16?](repeating: nil, count: 65536)
      table[0] = 0
      for (number, label) in classes { table[Int(number)] = label }
      var map = LabelMap(repeating: 0, grid: grid)
      var unknown: UInt16?
      // By the file's own numbers: two of them may be one class.
      var isPresent = [Bool](repeating: false, count: 65536)
      map.withUnsafeMutableVoxels { target in
        file.labelMap.withUnsafeVoxels { source in
          for index in target.indices where source[index] != 0 {
            guard let label = table[Int(source[index])] else {
              unknown = unknown ?? source[index]
              continue
            }
            target[index] = label
            isPresent[Int(source[index])] = true
          }
        }
      }
      if let unknown {
        throw .unknownLabel(
          case: one.name,
          file: url.lastPathComponent,
          label: unknown,
          known: classes.keys.sorted()
        )
      }
      let present = isPresent.indices.filter { isPresent[$0] }.compactMap { table[$0] }
      return leavingOutHalves(map, present: present, of: one)
    case .masks(let masks):
      return try paint(masks, of: one, on: grid)
    }
  }

  /// Several masks as one label map: the largest first, so that a voxel goes to the smallest
  /// structure that claims it.
  private func paint(
    _ masks: [TrainingCase.Mask],
    of one: TrainingCase,
    on grid: VoxelGrid
  ) throws(TrainingDatasetError) -> (map: LabelMap, present: Set<UInt16>) {
    var cropped: [(label: UInt16, mask: CroppedMask)] = []
    for mask in masks {
      let found = try reading(one) { () throws(VolumeFileError) in try readMask(at: mask.file) }
      try check(found.grid, on: grid, one, mask.file)
      cropped.append((mask.label, found))
    }
    cropped.sort { ($0.mask.voxelCount, $1.label) > ($1.mask.voxelCount, $0.label) }
    var map = LabelMap(repeating: 0, grid: grid)
    map.withUnsafeMutableVoxels { target in
      for (label, mask) in cropped {
        guard let box = mask.box else { continue }
        var index = 0
        for k in box.k {
          for j in box.j {
            let row = (k * grid.size.y + j) * grid.size.x
            for i in box.i {
              if mask.voxels[index] != 0 { target[row + i] = label }
              index += 1
            }
          }
        }
      }
    }
    let present = cropped.filter { !$0.mask.isEmpty }.map(\.label)
    return leavingOutHalves(map, present: present, of: one)
  }

  /// The map without structures that only one side was contoured of, and the classes it has then.
  private func leavingOutHalves(
    _ map: LabelMap,
    present: [UInt16],
    of one: TrainingCase
  ) -> (map: LabelMap, present: Set<UInt16>) {
    var count: [UInt16: Int] = [:]
    for label in present where label > 0 { count[label, default: 0] += 1 }
    // What the data set says was contoured is known on both sides.
    let halves = halfContoured(count).subtracting(one.contoured ?? [])
    let classes = Set(count.keys).subtracting(halves)
    guard !halves.isEmpty else { return (map, classes) }
    var whole = map
    whole.withUnsafeMutableVoxels { voxels in
      for index in voxels.indices where voxels[index] > 0 && halves.contains(voxels[index]) {
        voxels[index] = 0
      }
    }
    return (whole, classes)
  }

  private func check(
    _ found: VoxelGrid,
    on grid: VoxelGrid,
    _ one: TrainingCase,
    _ file: URL
  ) throws(TrainingDatasetError) {
    guard grid.matches(found) else {
      throw .mismatchedPair(
        case: one.name,
        file: file.lastPathComponent,
        GridMismatch(expected: grid, found: found)
      )
    }
  }

  private func reading<Result>(
    _ one: TrainingCase,
    _ body: () throws(VolumeFileError) -> Result
  ) throws(TrainingDatasetError) -> Result {
    do throws(VolumeFileError) { return try body() } catch {
      throw .unreadableCase(case: one.name, error)
    }
  }
}

extension TrainingCase {
  /// The files of the scans that there are, in order.
  public var scans: [URL] { channels.filter { $0 != Self.noScan } }

  /// The files that hold the case: scans in order, then contours.
  public var files: [URL] {
    switch labels {
    case .map(let url, _): scans + [url]
    case .masks(let masks): scans + masks.map(\.file)
    }
  }

  /// SHA-256 of what the case's files hold now, in the files' order.
  /// - Throws: ``TrainingDatasetError`` where a file cannot be read.
  public func currentChecksum() throws(TrainingDatasetError) -> String {
    var digests: [String] = []
    for file in files {
      for part in try parts(of: file) {
        do throws(ArchiveError) { digests.append(try SHA256.hexDigest(ofFile: part)) } catch {
          throw .missingFile(case: name, file: part.lastPathComponent)
        }
      }
    }
    return SHA256.hexDigest(of: Data(digests.joined(separator: "\n").utf8))
  }

  /// A folder's files by name; a file alone.
  private func parts(of url: URL) throws(TrainingDatasetError) -> [URL] {
    guard fileKind(url) == .folder else { return [url] }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: url.path)
        .filter { !$0.hasPrefix(".") }.sorted().map { url.appending(path: $0) }
        .filter { fileKind($0) == .file }
    } catch {
      throw .unreadable(url.lastPathComponent)
    }
  }
}
