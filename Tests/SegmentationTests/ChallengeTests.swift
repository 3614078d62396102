import Anatomy
import Foundation
import ImageProcessing
import Models
import Registration
import Segmentation
import Synchronization
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Challenge containers")
struct ChallengeTests {
  private let folder: TemporaryFolder
  private var input: URL { folder.url.appending(path: "input") }
  private var output: URL { folder.url.appending(path: "output") }

  init() throws { folder = try TemporaryFolder() }

  private final class Said: Sendable {
    private let sentences = Mutex<[String]>([])
    func add(_ sentence: String) { sentences.withLock { $0.append(sentence) } }
    var all: [String] { sentences.withLock { $0 } }
  }

  private func put(_ volume: Volume<Float>, _ path: String) throws {
    let file = input.appending(path: "images/\(path)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try write(volume, to: file)
  }

  private func patient(_ seed: UInt64) throws -> Volume<Float> {
    try readVolume(at: writeScan(to: folder, seed: seed))
  }

  private func hanSeg(
    _ model: URL,
    registration: RegistrationKind? = nil,
    said: Said = Said()
  ) async throws -> [ChallengeEntry] {
    var settings = SegmentationRequest(inputs: [], model: model, device: .cpu)
    settings.registration = registration
    return try await HaNSegContainer(input: input, output: output).run(
      settings,
      on: SegmentationService(),
      report: { said.add($0) }
    )
  }

  private func twoScanModel(isMROptional: Bool) throws -> URL {
    var model = DrawnModel(
      structures: ["Left parotid", "Mandible", "Tongue"],
      channels: ["MR", "CT"]
    )
    .model
    model.plan.preparation.channels[0] = ChannelNormalization(scheme: .zScore)
    if isMROptional { model.plan.optionalChannels = ["MR"] }
    let url = folder.url.appending(path: "model-\(isMROptional)")
    try writeModel(model, to: url)
    return url
  }

  @Test("Scans are paired in natural order, and answers have the CT's name, grid and 8 bits")
  func hanSegLayout() async throws {
    let first = try patient(1)
    let second = try patient(2)
    try put(first, "ct/case_2_IMG_CT.nrrd")
    try put(second, "ct/case_10_IMG_CT.mha")
    try put(first, "t1-mri/case_2_IMG_MR_T1.nrrd")
    try put(second, "t1-mri/case_10_IMG_MR_T1.mha")
    let container = HaNSegContainer(input: input, output: output)
    let cases = try container.cases()
    #expect(cases.map(\.ct.lastPathComponent) == ["case_2_IMG_CT.nrrd", "case_10_IMG_CT.mha"])
    #expect(cases[1].mr?.lastPathComponent == "case_10_IMG_MR_T1.mha")
    let said = Said()
    let model = try twoScanModel(isMROptional: false)
    let entries = try await hanSeg(model, said: said)
    #expect(said.all.contains("Not asked for, left out: Tongue."))
    #expect(said.all.contains { $0.hasPrefix("Not in the model, empty: A_Carotid_L") })

    let answers = output.appending(path: "images/head_neck_oar")
    let names = try FileManager.default.contentsOfDirectory(atPath: answers.path).sorted()
    #expect(names == ["case_10_IMG_seg.mha", "case_2_IMG_seg.nrrd"])
    for (name, scan) in zip(names, [second, first]) {
      let file = answers.appending(path: name)
      #expect(try inspectFile(at: file).scalarType == .uint8)
      let map = try readLabelMap(at: file).labelMap
      #expect(map.grid.matches(scan.grid))
      #expect(Set(map.voxels).isSubset(of: [0, 4, 27]) && Set(map.voxels).count > 1)
    }
    let json = try Data(contentsOf: output.appending(path: "results.json"))
    let found = try #require(try JSONSerialization.jsonObject(with: json) as? [[String: Any]])
    #expect(found.count == 2)
    let inputs = try #require(found[0]["inputs"] as? [[String: String]])
    #expect(inputs.map { $0["type"] } == ["metaio_ct_image", "metaio_mrt1_image"])
    #expect(inputs.map { $0["filename"] } == ["case_2_IMG_CT.nrrd", "case_2_IMG_MR_T1.nrrd"])
    let outputs = try #require(found[0]["outputs"] as? [[String: String]])
    #expect(outputs == [["type": "metaio_image", "filename": "case_2_IMG_seg.nrrd"]])
    #expect(try #require(found[0]["error_messages"] as? [String]).isEmpty)
    #expect(try JSONDecoder().decode([ChallengeEntry].self, from: json) == entries)
  }

  @Test(
    "Without a usable MR, a model that can do without it contours the CT, and says so",
    arguments: ["absent", "constant", "elsewhere"]
  )
  func unusableMR(_ kind: String) async throws {
    let scan = try patient(1)
    try put(scan, "ct/1_CT.mha")
    let grid = scan.grid
    switch kind {
    case "constant": try put(Volume(repeating: 7, grid: grid), "t1-mri/1.mha")
    case "elsewhere":
      let away = try VoxelGrid(
        size: grid.size,
        spacing: grid.spacing,
        origin: grid.origin + [5000, 0, 0]
      )
      try put(Volume(grid: away, voxels: scan.voxels), "t1-mri/1.mha")
    default: break
    }
    // Registration would bring a distant MR back: by position alone it is left out.
    let registration: RegistrationKind? = kind == "constant" ? .rigid : nil
    let entries = try await hanSeg(twoScanModel(isMROptional: true), registration: registration)
    #expect(entries.count == 1 && entries[0].outputs.map(\.filename) == ["1_seg.mha"])
    #expect(entries[0].errors.count == 1)
    #expect(entries[0].errors[0].hasPrefix("Contoured from the CT alone: "))
    let alone = try readLabelMap(at: output.appending(path: "images/head_neck_oar/1_seg.mha"))

    await #expect(throws: ChallengeError.unanswered(count: 1, of: 1)) {
      try await hanSeg(twoScanModel(isMROptional: false), registration: registration)
    }
    let json = try Data(contentsOf: output.appending(path: "results.json"))
    let failed = try JSONDecoder().decode([ChallengeEntry].self, from: json)
    #expect(failed[0].outputs.isEmpty && failed[0].errors.count == 1)
    #expect(Set(alone.labelMap.voxels).count > 1)
  }

  @Test("A damaged case has its sentence, and the next is contoured all the same")
  func damaged() async throws {
    let scan = try patient(1)
    try put(scan, "ct/a_CT.mha")
    try put(scan, "ct/b_CT.mha")
    try Data("no scan".utf8).write(to: input.appending(path: "images/ct/a_CT.mha"))
    let model = try DrawnModel().write(to: folder)
    await #expect(throws: ChallengeError.unanswered(count: 1, of: 2)) { try await hanSeg(model) }
    let json = try Data(contentsOf: output.appending(path: "results.json"))
    let entries = try JSONDecoder().decode([ChallengeEntry].self, from: json)
    #expect(entries[0].outputs.isEmpty && !entries[0].errors.isEmpty)
    #expect(entries[1].outputs.map(\.filename) == ["b_seg.mha"] && entries[1].errors.isEmpty)
  }

  @Test("Nothing to read, and a model that does not fit the challenge, are refused")
  func refused() async throws {
    let model = try DrawnModel().write(to: folder)
    await #expect(throws: ChallengeError.noScans(folder: "images/ct")) { try await hanSeg(model) }
    try put(patient(1), "ct/a.mha")
    let tumors = try DrawnModel(structures: ["GTVp", "GTVn"]).write(to: folder, as: "tumors")
    await #expect(throws: ChallengeError.noStructures(challenge: "HaN-Seg")) {
      try await hanSeg(tumors)
    }
    let three = try DrawnModel(channels: ["CT", "T1", "T2"]).write(to: folder, as: "three")
    await #expect(
      throws: ChallengeError.otherScans(needed: ["CT", "T1", "T2"], given: ["CT", "MR_T1"])
    ) { try await hanSeg(three) }
  }

  @Test("HNTS-MRG: task 1 reads its one folder, task 2 the three that a model asks for")
  func hntsmrg() async throws {
    let scan = try patient(1)
    try put(scan, "pre-rt-t2w-head-neck/x.mha")
    try put(scan, "mid-rt-t2w-head-neck/y.mha")
    try put(scan, "registered-pre-rt-head-neck/z.mha")
    try put(scan.map { $0 > 0 ? 1 : 0 }, "registered-pre-rt-head-neck-segmentation/m.mha")
    try put(scan.map { $0 > 0 ? 1 : 0 }, "pre-rt-head-neck-segmentation/m.mha")
    let service = SegmentationService()
    func run(_ task: HNTSMRGContainer.Task, _ channels: [String]) async throws -> URL {
      let model = try DrawnModel(structures: ["GTVn", "GTVp"], channels: channels)
        .write(to: folder, as: UUID().uuidString)
      return try await HNTSMRGContainer(task: task, input: input, output: output)
        .run(SegmentationRequest(inputs: [], model: model, device: .cpu), on: service)
    }
    for (task, channels) in [
      (HNTSMRGContainer.Task.preRT, ["MR"]), (.midRT, ["mask_prior", "T2", "T2_prior"]),
    ] {
      let file = try await run(task, channels)
      #expect(file == output.appending(path: "images/mri-head-neck-segmentation/output.mha"))
      #expect(try inspectFile(at: file).scalarType == .uint8)
      let map = try readLabelMap(at: file).labelMap
      #expect(map.grid.matches(scan.grid) && Set(map.voxels).isSubset(of: [0, 1, 2]))
    }
    // Channels that are made here: as adapt contours the same patient.
    let channels = ["T2", "gradient_delineate", "mask_prior_GTVp"]
    let model = try DrawnModel(structures: ["GTVn", "GTVp"], channels: channels)
      .write(to: folder, as: "adaptive")
    let settings = SegmentationRequest(inputs: [], model: model, device: .cpu)
    let answer = try await HNTSMRGContainer(task: .midRT, input: input, output: output)
      .run(settings, on: service)
    let images = input.appending(path: "images")
    let request = AdaptRequest(
      later: images.appending(path: "mid-rt-t2w-head-neck/y.mha"),
      contours: images.appending(path: "registered-pre-rt-head-neck-segmentation/m.mha"),
      settings: settings
    )
    let scheme = try inspectModel(at: model).plan.labels
    let adapted = try await service.adapt(request, guidance: request.guidance(for: scheme))
    let swapped = adapted.segmentation.labelMap.map { [0, 2, 1][Int($0)] as UInt16 }
    #expect(try readLabelMap(at: answer).labelMap.voxels == swapped.voxels)
    #expect(Set(swapped.voxels).count > 1)
    await #expect(
      throws: ChallengeError.otherScans(needed: ["T2", "T2_prior"], given: ["T2"])
    ) { _ = try await run(.preRT, ["T2", "T2_prior"]) }
    try put(scan, "pre-rt-t2w-head-neck/second.mha")
    await #expect(
      throws: ChallengeError.severalPatients(folder: "images/pre-rt-t2w-head-neck", count: 2)
    ) { _ = try await run(.preRT, ["T2"]) }
  }
}
