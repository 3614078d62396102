import Foundation
import Registration
import Synchronization
import TestSupport
import Testing
import Volumes

@Suite("Registration", .serialized)
struct RegisterTests {
  private let ct: Volume<Float>

  init() throws { ct = DrawnHead.scan(isCT: true, grid: try DrawnHead.ctGrid()) }

  /// The MR of the head that lies where `truth` takes it.
  private func mr(
    _ truth: RigidTransform,
    bent: @escaping (SIMD3<Double>) -> SIMD3<Double> = { $0 }
  ) throws -> Volume<Float> {
    let back = truth.inverse
    return DrawnHead.scan(isCT: false, grid: try DrawnHead.mrGrid()) { bent(back($0)) }
  }

  /// A request with fewer iterations: the drawn head is small and sharp.
  private func request(
    _ fixed: Volume<Float>,
    _ moving: Volume<Float>,
    _ kind: RegistrationKind
  ) -> RegistrationRequest {
    var request = RegistrationRequest(fixed: fixed, moving: moving, kind: kind)
    request.plan.linear.iterations = 100
    request.plan.deformable.iterations = 150
    return request
  }

  private func rigidTruth(_ seed: UInt64) -> RigidTransform {
    var generator = SeededGenerator(seed: seed)
    func draw(_ size: Double) -> Double { Double.random(in: -size...size, using: &generator) }
    return RigidTransform(
      angles: [draw(0.2), draw(0.2), draw(0.2)],
      translation: [draw(14), draw(14), draw(14)],
      center: [0, 0, 0]
    )
  }

  @Test("A rigid pose is found from a wrong start", arguments: [1, 2, 3] as [UInt64])
  func rigid(seed: UInt64) throws {
    let truth = rigidTruth(seed)
    let request = request(ct, try mr(truth), .rigid)
    let result = try register(request)
    #expect(DrawnHead.error(.identity, { truth($0) }) > 5)
    #expect(DrawnHead.error(result.transform, { truth($0) }) < 1)
    // The drawn head is so alike on both sides that the sides may be doubted.
    #expect(result.verdict.judgment != .failed, "\(result.verdict.reasons)")
    #expect(result.verdict.measures.similarityAfter > result.verdict.measures.similarityBefore)
    #expect(result.linear.isRigid())
  }

  @Test("One MR is laid on another of the same patient")
  func twoMRs() throws {
    let truth = rigidTruth(5)
    let first = DrawnHead.scan(isCT: false, grid: try DrawnHead.ctGrid())
    let result = try register(
      request(first, try mr(truth), .affine)
    )
    #expect(DrawnHead.error(result.transform, { truth($0) }) < 1.5)
  }

  @Test("The same request gives the same bytes")
  func repeatable() throws {
    var request = request(ct, try mr(rigidTruth(6)), .rigid)
    request.plan.linear.iterations = 40
    let first = try register(request)
    let second = try register(request)
    #expect(first.transform == second.transform)
    #expect(first.verdict == second.verdict)
  }

  @Test("A scan of one value is refused", arguments: [Float(0), 77])
  func constant(value: Float) throws {
    let empty = Volume<Float>(repeating: value, grid: try DrawnHead.mrGrid())
    #expect(throws: RegistrationError.constant(.moving)) {
      try register(request(ct, empty, .rigid))
    }
    #expect(throws: RegistrationError.constant(.fixed)) {
      try register(request(empty, ct, .rigid))
    }
  }

  @Test("A scan of a few slices is refused")
  func thin() throws {
    let slab = Volume<Float>(repeating: 3, grid: try VoxelGrid(size: [50, 50, 2]))
    #expect(throws: RegistrationError.tooThin(.moving, size: [50, 50, 2])) {
      try register(request(ct, slab, .rigid))
    }
  }

  @Test("Noise is never trusted")
  func noise() throws {
    let grid = try DrawnHead.mrGrid()
    let noise = Volume(grid: grid, voxels: drawn("noise", count: grid.count).map { 100 + 50 * $0 })
    let request = request(ct, noise, .rigid)
    do {
      let result = try register(request)
      #expect(result.verdict.judgment == .failed)
      #expect(!result.verdict.reasons.isEmpty)
    } catch {
      #expect(error == .noOverlap)
    }
  }

  @Test("A header that mirrors the patient is never trusted", arguments: [0, 1, 2])
  func mirrored(axis: Int) throws {
    let moving = try mr(RigidTransform())
    var signs = SIMD3<Double>(1, 1, 1)
    signs[axis] = -1
    let flip = Matrix3.diagonal(signs)
    let grid = try VoxelGrid(
      size: moving.grid.size,
      spacing: moving.grid.spacing,
      origin: flip * moving.grid.origin,
      direction: flip * moving.grid.direction
    )
    let request = request(ct, Volume(grid: grid, voxels: moving.voxels), .rigid)
    let result = try register(request)
    #expect(result.verdict.judgment != .trusted)
    // Head to feet mirrored is, for a head as alike on both sides as this one, turned upside down.
    #expect(
      result.verdict.reasons.contains { $0.contains("mirrored") || $0.contains("turned over") },
      "\(result.verdict.reasons)"
    )
  }

  @Test("An MR far outside the CT's field is brought back")
  func farAway() throws {
    let truth = RigidTransform(translation: [300, -200, 500])
    let moving = try mr(RigidTransform())
    let grid = try VoxelGrid(
      size: moving.grid.size,
      spacing: moving.grid.spacing,
      origin: truth(moving.grid.origin)
    )
    let result = try register(
      request(ct, Volume(grid: grid, voxels: moving.voxels), .rigid)
    )
    #expect(DrawnHead.error(result.transform, { truth($0) }) < 1)
  }

  /// The private folders of registrations.
  private static func places() -> Set<String> {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: FileManager.default.temporaryDirectory.path
    )
    return Set((names ?? []).filter { $0.hasPrefix("delineate-registration-") })
  }

  @Test("A cancelled registration leaves no child and no folder")
  func cancellation() throws {
    let before = Self.places()
    var request = request(ct, try mr(rigidTruth(7)), .rigid)
    request.plan.linear.iterations = 100_000
    let started = Atomic<Bool>(false)
    let hadFolder = Atomic<Bool>(false)
    #expect(throws: RegistrationError.cancelled) {
      try register(
        request,
        progress: { step in
          guard case .optimizing = step else { return }
          hadFolder.store(!Self.places().subtracting(before).isEmpty, ordering: .relaxed)
          started.store(true, ordering: .relaxed)
        },
        isCancelled: { started.load(ordering: .relaxed) }
      )
    }
    let wasThere = hadFolder.load(ordering: .relaxed)
    #expect(wasThere)
    // Other tests register at the same time: their folders go when they are done, a forgotten one stays.
    var left = Self.places().subtracting(before)
    for _ in 0..<240 where !left.isEmpty {
      Thread.sleep(forTimeInterval: 0.5)
      left.formIntersection(Self.places())
    }
    #expect(left.isEmpty)
  }

  @Test("A mask on another grid, or of nothing, is refused")
  func masks() throws {
    var request = request(ct, try mr(RigidTransform()), .rigid)
    request.fixedMask = Mask(repeating: true, grid: try VoxelGrid(size: [4, 4, 4]))
    #expect(throws: RegistrationError.self) { try register(request) }
    request.fixedMask = Mask(repeating: false, grid: ct.grid)
    #expect(throws: RegistrationError.badMask(.fixed, reason: "has no voxels")) {
      try register(request)
    }
  }
}
