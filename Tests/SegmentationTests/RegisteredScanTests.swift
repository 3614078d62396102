import Anatomy
import Datasets
import Foundation
import ImageProcessing
import Models
import Registration
import Segmentation
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// An MR in another pose than the CT, and what a run makes of it.
@Suite("Scans that are registered before they are contoured", .serialized)
struct RegisteredScanTests {
  private let folder: TemporaryFolder
  private let patient = DrawnPatient(seed: 4, number: 1, size: .tiny)
  private let ct: Volume<Float>
  private let mr: Volume<Float>
  private var input: URL { folder.url.appending(path: "input") }

  init() throws {
    folder = try TemporaryFolder()
    ct = try patient.ct(threads: 2)
    mr = try patient.mr(threads: 2)
  }

  private func file(_ volume: Volume<Float>, _ name: String) throws -> URL {
    let url = folder.url.appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try VolumeFiles.write(volume, to: url)
    return url
  }

  private func model(isMROptional: Bool) throws -> URL {
    var model = DrawnModel(structures: ["Parotid_L", "Brainstem"], channels: ["CT", "MR_T1"]).model
    model.plan.preparation.channels[1] = ChannelNormalization(scheme: .zScore)
    if isMROptional { model.plan.optionalChannels = ["MR_T1"] }
    let url = folder.url.appending(path: "model-\(isMROptional)")
    try writeModel(model, to: url)
    return url
  }

  private func request(_ mr: URL, isMROptional: Bool = true) throws -> SegmentationRequest {
    var request = SegmentationRequest(
      inputs: [try file(ct, "ct.nrrd"), mr],
      model: try model(isMROptional: isMROptional),
      device: .cpu
    )
    request.registration = .rigid
    return request
  }

  @Test("An MR on another grid in another pose is laid on the CT, whichever model is run")
  func registered() async throws {
    let service = SegmentationService()
    let request = try request(file(mr, "mr.nrrd"), isMROptional: false)
    let result = try await service.segment(request)
    let use = try #require(result.report.scans.first)
    #expect(use.channel == "MR_T1" && [.registered, .doubtful].contains(use.fate))
    let measures = try #require(use.registration)
    #expect(measures.similarityAfter > measures.similarityBefore)
    let aligned = try #require(result.others.first)
    #expect(aligned.volume.grid == ct.grid && !aligned.isCT)
    #expect(result.labelMap.grid == ct.grid)
    // The registered MR is nearer to the one that the true map gives than the MR as it lay.
    let here = ct.grid
    let sampler = VolumeSampling(mr)
    var (registered, lying) = (0.0, 0.0)
    for k in stride(from: 4, to: here.size.z, by: 8) {
      for j in stride(from: 4, to: here.size.y, by: 8) {
        for i in stride(from: 4, to: here.size.x, by: 8) {
          let point = here.patientFromVoxel(Point([Double(i), Double(j), Double(k)]))
          guard let truth = sampler(patient.mrPoint(of: point)), let before = sampler(point)
          else { continue }
          let now = aligned.volume.voxels[i + here.size.x * (j + here.size.y * k)]
          registered += Double(abs(now - truth))
          lying += Double(abs(before - truth))
        }
      }
    }
    #expect(registered < 0.6 * lying)
    // The same scans without being registered do not fit a model that takes one grid.
    var without = request
    without.registration = nil
    await #expect(throws: (any Error).self) { try await service.segment(without) }
  }

  @Test(
    "An MR that cannot be laid on the CT is left out with its reason, or the run ends with it",
    arguments: ["constant", "mirrored"]
  )
  func leftOut(_ kind: String) async throws {
    let moving: Volume<Float>
    switch kind {
    case "constant": moving = Volume(repeating: 7, grid: mr.grid)
    default:
      // Rows read the other way round: the patient's left is called right.
      var voxels = mr.voxels
      let width = mr.grid.size.x
      for row in stride(from: 0, to: voxels.count, by: width) {
        voxels[row..<row + width].reverse()
      }
      moving = Volume(grid: mr.grid, voxels: voxels)
    }
    let place = try file(moving, "mr.nrrd")
    let service = SegmentationService()
    let result = try await service.segment(request(place))
    let use = try #require(result.report.scans.first)
    if kind == "mirrored" {
      #expect(use.fate == .leftOut || use.fate == .doubtful)
    } else {
      #expect(use.fate == .leftOut)
    }
    #expect(!use.reasons.isEmpty)
    #expect(result.report.warnings.contains { $0.contains("MR_T1") })
    guard use.fate == .leftOut else { return }
    #expect(result.others.isEmpty)
    await #expect(throws: SegmentationError.self) {
      try await service.segment(request(place, isMROptional: false))
    }
  }

  @Test("HaN-Seg's container registers, and says so where it had to leave the MR out")
  func container() async throws {
    _ = try file(ct, "input/images/ct/1_CT.mha")
    _ = try file(mr, "input/images/t1-mri/1.mha")
    _ = try file(ct, "input/images/ct/2_CT.mha")
    _ = try file(Volume(repeating: 7, grid: mr.grid), "input/images/t1-mri/2.mha")
    var settings = SegmentationRequest(
      inputs: [],
      model: try model(isMROptional: true),
      device: .cpu
    )
    settings.registration = .rigid
    let output = folder.url.appending(path: "output")
    let entries = try await HaNSegContainer(input: input, output: output)
      .run(settings, on: SegmentationService())
    #expect(entries.map(\.errors.count) == [0, 1])
    #expect(entries[1].errors[0].hasPrefix("Contoured from the CT alone: "))
    #expect(entries.allSatisfy { $0.outputs.count == 1 })
  }
}

/// The nearest voxel's value; nothing outside.
private struct VolumeSampling {
  private let volume: Volume<Float>

  init(_ volume: Volume<Float>) { self.volume = volume }

  func callAsFunction(_ point: Point<PatientSpace>) -> Float? {
    let place = volume.grid.voxelFromPatient(point).coordinates
    let size = volume.grid.size
    let index = SIMD3<Int>(
      Int(place.x.rounded()),
      Int(place.y.rounded()),
      Int(place.z.rounded())
    )
    guard (0..<3).allSatisfy({ index[$0] >= 0 && index[$0] < size[$0] }) else { return nil }
    return volume.voxels[index.x + size.x * (index.y + size.y * index.z)]
  }
}
