import Anatomy
import Datasets
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Drawn patients")
struct DrawnPatientTests {
  /// What one organ of a label map is like.
  private struct Measure {
    var milliliters: Double
    var center: SIMD3<Double>
    var parts: Int
  }

  private func measures(of labels: LabelMap) -> [OrganAtRisk: Measure] {
    let size = labels.grid.size
    var places: [UInt16: Set<SIMD3<Int>>] = [:]
    labels.withUnsafeVoxels { voxels in
      for index in voxels.indices where voxels[index] != 0 {
        let place = SIMD3(index % size.x, index / size.x % size.y, index / (size.x * size.y))
        places[voxels[index], default: []].insert(place)
      }
    }
    var result: [OrganAtRisk: Measure] = [:]
    for (label, voxels) in places {
      guard let organ = OrganAtRisk(rawValue: Int(label)) else { continue }
      let sum = voxels.reduce(SIMD3<Double>()) { $0 + SIMD3<Double>($1) }
      let middle = labels.grid.patientFromVoxel(Point(sum / Double(voxels.count)))
      result[organ] = Measure(
        milliliters: Double(voxels.count) * labels.grid.voxelVolume / 1000,
        center: middle.coordinates,
        parts: parts(of: voxels)
      )
    }
    return result
  }

  /// The number of groups of voxels that touch by a face, an edge or a corner.
  private func parts(of places: Set<SIMD3<Int>>) -> Int {
    var left = places
    var count = 0
    while let first = left.popFirst() {
      count += 1
      var open = [first]
      while let place = open.popLast() {
        for code in 0..<27 where code != 13 {
          let next = place &+ SIMD3(code % 3 - 1, code / 3 % 3 - 1, code / 9 - 1)
          if left.remove(next) != nil { open.append(next) }
        }
      }
    }
    return count
  }

  @Test("Every organ is there, whole, of anatomical size and on its own side", arguments: 1...4)
  func organs(number: Int) throws {
    let patient = DrawnPatient(seed: 11, number: number, size: .small)
    let found = measures(of: try patient.organsOnCT(threads: 2))
    for organ in OrganAtRisk.allCases {
      let one = try #require(found[organ], "\(organ.tg263)")
      let range = try #require(DrawnPatient.plausibleMilliliters[organ])
      #expect(range.contains(one.milliliters), "\(organ.tg263): \(one.milliliters) mL")
      // HaN-Seg's cheeks are one structure on two sides.
      #expect(one.parts == (organ == .buccalMucosa ? 2 : 1), "\(organ.tg263)")
      switch organ.laterality {
      case .left: #expect(one.center.x > 8, "\(organ.tg263) lies to the left, +x")
      case .right: #expect(one.center.x < -8, "\(organ.tg263) lies to the right, −x")
      case .none: #expect(abs(one.center.x) < 15, "\(organ.tg263) lies in the middle")
      }
    }
  }

  @Test("Left and right organs have similar volumes and mirrored places", arguments: 1...3)
  func symmetry(number: Int) throws {
    let patient = DrawnPatient(seed: 5, number: number, size: .small)
    let found = measures(of: try patient.organsOnCT(threads: 2))
    let pairs: [(OrganAtRisk, OrganAtRisk, Double)] = [
      (.parotidLeft, .parotidRight, 1.7), (.posteriorEyeLeft, .posteriorEyeRight, 1.4),
      (.submandibularGlandLeft, .submandibularGlandRight, 1.7),
      (.carotidArteryLeft, .carotidArteryRight, 2.5), (.opticNerveLeft, .opticNerveRight, 2),
      (.lacrimalGlandLeft, .lacrimalGlandRight, 2),
    ]
    for (left, right, bound) in pairs {
      let (a, b) = (try #require(found[left]), try #require(found[right]))
      #expect(max(a.milliliters / b.milliliters, b.milliliters / a.milliliters) < bound)
      #expect(abs(a.center.z - b.center.z) < 16, "\(left.tg263)")
    }
  }

  @Test("Organs lie among each other as in a patient", arguments: 1...3)
  func order(number: Int) throws {
    let patient = DrawnPatient(seed: 8, number: number, size: .small)
    let found = measures(of: try patient.organsOnCT(threads: 2)).mapValues(\.center)
    func place(_ organ: OrganAtRisk) throws -> SIMD3<Double> { try #require(found[organ]) }
    // From head to chest.
    let downward: [OrganAtRisk] = [
      .posteriorEyeLeft, .parotidLeft, .submandibularGlandLeft, .supraglotticLarynx, .glottis,
      .cricopharyngeus, .thyroid, .cervicalEsophagus,
    ]
    for (upper, lower) in zip(downward, downward.dropFirst()) {
      #expect(try place(upper).z > place(lower).z, "\(upper.tg263) above \(lower.tg263)")
    }
    // From front to back; y grows backward.
    let backward: [OrganAtRisk] = [.lips, .oralCavity, .supraglotticLarynx, .spinalCord]
    for (front, back) in zip(backward, backward.dropFirst()) {
      #expect(try place(front).y < place(back).y, "\(front.tg263) before \(back.tg263)")
    }
    #expect(try place(.anteriorEyeLeft).y < place(.posteriorEyeLeft).y)
    #expect(try place(.opticChiasm).z > place(.pituitary).z)
    #expect(try place(.lacrimalGlandLeft).x > place(.posteriorEyeLeft).x)
  }

  @Test("The same seed and number draw the same patient whatever the number of threads")
  func deterministic() throws {
    let patient = DrawnPatient(seed: 3, number: 2, size: .tiny)
    let again = DrawnPatient(seed: 3, number: 2, size: .tiny)
    #expect(try patient.ct(threads: 1) == again.ct(threads: 3))
    #expect(try patient.mr(threads: 1) == again.mr(threads: 3))
    #expect(try patient.organsOnCT(threads: 1) == again.organsOnCT(threads: 2))
    let other = DrawnPatient(seed: 3, number: 3, size: .tiny)
    #expect(try patient.organsOnCT(threads: 1) != other.organsOnCT(threads: 1))
  }

  @Test("CT shows bone bright, fat dark and air black; MR shows fat bright, bone and air dark")
  func contrasts() throws {
    let patient = DrawnPatient(seed: 4, number: 1, size: .small)
    let (ct, mr) = (try patient.ct(threads: 2), try patient.mr(threads: 2))
    let (onCT, onMR) = (try patient.organsOnCT(threads: 2), try patient.organsOnMR(threads: 2))
    func means(_ scan: Volume<Float>, _ labels: LabelMap) -> [Float] {
      var sums = [Float](repeating: 0, count: 31)
      var counts = [Float](repeating: 0, count: 31)
      scan.withUnsafeVoxels { scan in
        labels.withUnsafeVoxels { labels in
          for index in labels.indices where labels[index] != 0 {
            sums[Int(labels[index])] += scan[index]
            counts[Int(labels[index])] += 1
          }
        }
      }
      return zip(sums, counts).map { $0 / max($1, 1) }
    }
    let (ctMeans, mrMeans) = (means(ct, onCT), means(mr, onMR))
    #expect(ct.voxels.allSatisfy { $0 == $0.rounded() && $0 >= -1024 && $0 <= 3071 })
    #expect(mr.voxels.allSatisfy { $0 == $0.rounded() && $0 >= 0 })
    #expect(ctMeans[OrganAtRisk.mandible.rawValue] > 400)
    #expect((20...60).contains(ctMeans[OrganAtRisk.brainstem.rawValue]))
    #expect((-60...40).contains(ctMeans[OrganAtRisk.parotidLeft.rawValue]))
    #expect(ctMeans[OrganAtRisk.thyroid.rawValue] > 110)
    // What CT hardly shows and MR does.
    let brainstem = mrMeans[OrganAtRisk.brainstem.rawValue]
    #expect(mrMeans[OrganAtRisk.posteriorEyeLeft.rawValue] < 0.6 * brainstem)
    #expect(mrMeans[OrganAtRisk.carotidArteryLeft.rawValue] < 0.6 * brainstem)
    // The gland is a few voxels across, all of them partly its surroundings.
    #expect(mrMeans[OrganAtRisk.pituitary.rawValue] > 0.7 * brainstem)
  }

  @Test("The true transform takes the CT's organs to the MR's")
  func transform() throws {
    let patient = DrawnPatient(seed: 6, number: 1, size: .small)
    let (ct, mr) = (try patient.organsOnCT(threads: 2), try patient.organsOnMR(threads: 2))
    let voxelFromPatient = mr.grid.voxelFromPatient
    let size = ct.grid.size
    var (same, seen) = (0, 0)
    // Every seventh voxel of the organs: enough to see a transform that is not the drawing's.
    for index in stride(from: 0, to: ct.voxels.count, by: 7) where ct.voxels[index] != 0 {
      let place = SIMD3(index % size.x, index / size.x % size.y, index / (size.x * size.y))
      let point = ct.grid.patientFromVoxel(Point(SIMD3<Double>(place)))
      let there = patient.mrPoint(of: point)
      #expect(length(patient.ctPoint(of: there).coordinates - point.coordinates) < 2e-3)
      let voxel = voxelFromPatient(there).coordinates.rounded(.toNearestOrEven)
      guard all(voxel .>= 0), all(voxel .< SIMD3<Double>(mr.grid.size)) else { continue }
      seen += 1
      if mr[Int(voxel.x), Int(voxel.y), Int(voxel.z)] == ct.voxels[index] { same += 1 }
    }
    #expect(seen > 1500)
    // Nearest voxels of 2 to 4 mm disagree along the borders.
    #expect(Double(same) > 0.8 * Double(seen), "\(same) of \(seen)")
  }
}
