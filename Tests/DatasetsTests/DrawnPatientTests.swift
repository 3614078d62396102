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
    var result: [OrganAtRisk: Measure] = [:]
    for organ in OrganAtRisk.allCases {
      let label = UInt16(organ.rawValue)
      var places: Set<SIMD3<Int>> = []
      var sum = SIMD3<Double>()
      for k in 0..<labels.grid.size.z {
        for j in 0..<labels.grid.size.y {
          for i in 0..<labels.grid.size.x where labels[i, j, k] == label {
            places.insert([i, j, k])
            let index = Point<VoxelSpace>(Double(i), Double(j), Double(k))
            sum += labels.grid.patientFromVoxel(index).coordinates
          }
        }
      }
      guard !places.isEmpty else { continue }
      result[organ] = Measure(
        milliliters: Double(places.count) * labels.grid.voxelVolume / 1000,
        center: sum / Double(places.count),
        parts: parts(of: places)
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
    func mean(_ scan: Volume<Float>, _ labels: LabelMap, _ organ: OrganAtRisk) -> Float {
      let values = zip(scan.voxels, labels.voxels).filter { $1 == UInt16(organ.rawValue) }.map(\.0)
      return values.reduce(0, +) / Float(max(values.count, 1))
    }
    #expect(ct.voxels.allSatisfy { $0 == $0.rounded() && $0 >= -1024 && $0 <= 3071 })
    #expect(mr.voxels.allSatisfy { $0 == $0.rounded() && $0 >= 0 })
    #expect(mean(ct, onCT, .mandible) > 400)
    #expect((20...60).contains(mean(ct, onCT, .brainstem)))
    #expect((-60...40).contains(mean(ct, onCT, .parotidLeft)))
    #expect(mean(ct, onCT, .thyroid) > 110)
    // What CT hardly shows and MR does.
    let brainstem = mean(mr, onMR, .brainstem)
    #expect(mean(mr, onMR, .posteriorEyeLeft) < 0.6 * brainstem)
    #expect(mean(mr, onMR, .carotidArteryLeft) < 0.6 * brainstem)
    #expect(mean(mr, onMR, .pituitary) > brainstem)
  }

  @Test("The true transform takes the CT's organs to the MR's")
  func transform() throws {
    let patient = DrawnPatient(seed: 6, number: 1, size: .small)
    let (ct, mr) = (try patient.organsOnCT(threads: 2), try patient.organsOnMR(threads: 2))
    let voxelFromPatient = mr.grid.voxelFromPatient
    var (same, seen) = (0, 0)
    for k in 0..<ct.grid.size.z {
      for j in 0..<ct.grid.size.y {
        for i in 0..<ct.grid.size.x where ct[i, j, k] != 0 {
          let index = Point<VoxelSpace>(Double(i), Double(j), Double(k))
          let there = patient.mrPoint(of: ct.grid.patientFromVoxel(index))
          let place = voxelFromPatient(there).coordinates.rounded(.toNearestOrEven)
          guard all(place .>= 0), all(place .< SIMD3<Double>(mr.grid.size)) else { continue }
          seen += 1
          let found = mr[Int(place.x), Int(place.y), Int(place.z)]
          if found == ct[i, j, k] { same += 1 }
          // And back to where it came from.
          let back = patient.ctPoint(of: there)
          #expect(length(back.coordinates - ct.grid.patientFromVoxel(index).coordinates) < 2e-3)
        }
      }
    }
    #expect(seen > 10_000)
    // Nearest voxels of 2 to 4 mm disagree along the borders.
    #expect(Double(same) > 0.8 * Double(seen), "\(same) of \(seen)")
  }
}
