public import Anatomy
internal import Foundation
internal import ImageProcessing
public import SegmentationMetrics
public import Volumes

/// The consensus of observers in one case.
public struct CaseConsensus: Sendable {
  /// The case's name.
  public let name: String
  /// The structures that two observers or more contoured.
  public let structures: [StructureConsensus]
  /// What took no part, one sentence each.
  public let remarks: [String]
}

/// The consensus of observers in one structure.
public struct StructureConsensus: Sendable {
  /// The structure's name, as ``StructureVocabulary`` writes it.
  public let name: String
  /// Its number in a label map of the case.
  public let label: UInt16
  /// Its color.
  public let color: StructureColor
  /// Those who contoured it, in the order of the request; sensitivities are in this order.
  public let observers: [String]
  /// The consensus.
  public let consensus: Consensus
}

extension ConsensusRequest {
  /// Whether the request can be followed at all.
  /// - Throws: ``ConsensusRequestError``.
  public func check() throws(ConsensusRequestError) {
    guard observers.count >= 2 else { throw .tooFewObservers(found: observers.count) }
    guard threshold > 0, threshold <= 1 else { throw .impossibleThreshold(threshold) }
    var names: Set<String> = []
    for observer in observers where !names.insert(observer.name).inserted {
      throw .doubledObserver(observer.name)
    }
  }

  /// The consensus of one case.
  ///
  /// Observers whose files have a structure vote on it, with an empty contour too; those without a
  /// file, segment or label of it take no part. A structure of fewer than two observers has no
  /// consensus, and the remarks say so. A structure keeps the number that it has in the first
  /// observer's label map; with masks, or where numbers would meet, structures count from 1.
  /// - Throws: ``ConsensusRequestError``.
  public func consensus(of caseName: String) throws(ConsensusRequestError) -> CaseConsensus {
    try check()
    var contours: [ObserverContours] = []
    var remarks: [String] = []
    for observer in observers {
      let sources = sources(of: caseName, in: observer.library)
      let own = try ObserverContours(sources, of: observer, caseName: caseName, request: self)
      if sources.isEmpty { remarks.append("\(caseName): \(observer.name) has no such case.") }
      if !own.unknownLabels.isEmpty {
        let labels = own.unknownLabels.prefix(8).map(String.init).joined(separator: ", ")
        remarks.append("\(caseName): labels of \(observer.name) without a name: \(labels).")
      }
      contours.append(own)
    }
    let votes = ballots(contours, caseName: caseName, remarks: &remarks)
    let labels = try labelNumbers(votes.map(\.first))
    let results = Self.results(votes, method: method, threshold: threshold, threads: threads)
    var structures: [StructureConsensus] = []
    for (place, vote) in votes.enumerated() {
      switch results[place] {
      case .success(let consensus):
        structures.append(
          StructureConsensus(
            name: vote.first.name,
            label: labels[place],
            color: vote.first.color ?? vocabulary.color(of: vote.first.name),
            observers: vote.voters.map { observers[$0].name },
            consensus: consensus
          )
        )
      case .failure(let error):
        throw .structure(vote.first.name, caseName: caseName, error)
      }
    }
    return CaseConsensus(name: caseName, structures: structures, remarks: remarks)
  }

  /// Who votes on a structure.
  private struct Ballot: Sendable {
    let identity: String
    let first: ObserverContours.Structure
    let voters: [Int]
    let contours: [ObserverContours]

    func masks() -> [CroppedMask] { voters.compactMap { contours[$0].mask(identity) } }
  }

  private func ballots(
    _ contours: [ObserverContours],
    caseName: String,
    remarks: inout [String]
  ) -> [Ballot] {
    distinct(contours.flatMap(\.order)).compactMap { identity in
      guard let first = contours.compactMap({ $0.structures[identity] }).first else { return nil }
      let voters = contours.indices.filter { contours[$0].has(identity) }
      let absent = contours.indices.filter { !voters.contains($0) }.map { observers[$0].name }
      if voters.count < 2 {
        remarks.append(
          "\(caseName), \(first.name): only \(voters.map { observers[$0].name }.joined()) has it."
        )
        return nil
      }
      if !absent.isEmpty {
        remarks.append("\(caseName), \(first.name): without \(absent.joined(separator: ", ")).")
      }
      return Ballot(identity: identity, first: first, voters: voters, contours: contours)
    }
  }

  /// Counts the votes on all cores.
  private static func results(
    _ votes: [Ballot],
    method: ConsensusMethod,
    threshold: Double,
    threads: Int
  ) -> [Result<Consensus, ConsensusError>] {
    let none = Result<Consensus, ConsensusError>.failure(.tooFewObservers(found: 0))
    var results = Array(repeating: none, count: votes.count)
    results.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let target = SharedPointer(base)
      concurrently(votes.count, threads: threads) { tickets in
        while let place = tickets.next() {
          let masks = votes[place].masks()
          target.pointer[place] = Result { () throws(ConsensusError) in
            switch method {
            case .majority: try majorityVote(masks)
            case .staple: STAPLE(try VotePatterns(masks)).consensus(threshold: threshold)
            }
          }
        }
      }
    }
    return results
  }

  private func labelNumbers(
    _ structures: [ObserverContours.Structure]
  ) throws(ConsensusRequestError) -> [UInt16] {
    let own = structures.map(\.label)
    if structures.allSatisfy(\.isFromLabelMap), Set(own).count == own.count { return own }
    guard structures.count <= Int(UInt16.max) else { throw .tooManyStructures(structures.count) }
    return structures.indices.map { UInt16($0 + 1) }
  }
}

extension CaseConsensus {
  /// The structures' names, numbers and colors.
  public var scheme: LabelScheme {
    LabelScheme(
      entries: structures.map { .init(label: $0.label, name: $0.name, color: $0.color) }
    )
  }

  /// All structures in one label map, and how many voxels more than one of them claims.
  ///
  /// Where structures overlap the smaller one, by voxels, has the voxel: a lens stays in its eye.
  /// - Returns: `nil` where there is no structure, or where they lie on several grids.
  public func labelMap() -> (map: LabelMap, contested: Int)? {
    guard let grid = structures.first?.consensus.mask.grid,
      structures.allSatisfy({ $0.consensus.mask.grid.matches(grid) })
    else { return nil }
    var map = LabelMap(repeating: 0, grid: grid)
    var contested: Set<Int> = []
    let largestFirst = structures.sorted {
      ($0.consensus.mask.voxelCount, $1.label) > ($1.consensus.mask.voxelCount, $0.label)
    }
    map.withUnsafeMutableVoxels { voxels in
      for structure in largestFirst {
        let mask = structure.consensus.mask
        guard let box = mask.box else { continue }
        var index = 0
        for k in box.k {
          for j in box.j {
            let row = (k * grid.size.y + j) * grid.size.x
            for i in box.i {
              if mask.voxels[index] != 0 {
                if voxels[row + i] != 0 { contested.insert(row + i) }
                voxels[row + i] = structure.label
              }
              index += 1
            }
          }
        }
      }
    }
    return (map, contested.count)
  }
}
