/// A dense 3D array of voxels on a grid; `i` varies fastest in memory.
public struct Volume<Scalar: BitwiseCopyable & Sendable>: Sendable {
  /// Where the voxels lie in the patient.
  public let grid: VoxelGrid
  @usableFromInline var storage: [Scalar]

  /// A volume from its voxels in memory order (`i` fastest).
  /// - Precondition: `voxels.count == grid.count`.
  public init(grid: VoxelGrid, voxels: [Scalar]) {
    precondition(voxels.count == grid.count, "a volume holds one value per voxel of its grid")
    self.grid = grid
    storage = voxels
  }

  /// A volume with one value everywhere.
  public init(repeating value: Scalar, grid: VoxelGrid) {
    self.grid = grid
    storage = Array(repeating: value, count: grid.count)
  }

  /// The voxels in memory order (`i` fastest).
  @inlinable public var voxels: [Scalar] { storage }

  /// The voxel at index `(i, j, k)`.
  @inlinable public subscript(i: Int, j: Int, k: Int) -> Scalar {
    get { storage[i + grid.size.x * (j + grid.size.y * k)] }
    set { storage[i + grid.size.x * (j + grid.size.y * k)] = newValue }
  }

  /// Calls `body` with the voxels as one contiguous, changeable buffer (`i` fastest).
  @inlinable public mutating func withUnsafeMutableVoxels<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withUnsafeMutableBufferPointer { buffer throws(Failure) in try body(buffer) }
  }

  /// Calls `body` with the voxels as one contiguous buffer (`i` fastest).
  @inlinable public func withUnsafeVoxels<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Scalar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withUnsafeBufferPointer { buffer throws(Failure) in try body(buffer) }
  }

  /// The volume with each voxel transformed, on the same grid.
  @inlinable public func map<Other: BitwiseCopyable & Sendable>(
    _ transform: (Scalar) -> Other
  ) -> Volume<Other> {
    Volume<Other>(grid: grid, voxels: storage.map(transform))
  }
}

extension Volume: Equatable where Scalar: Equatable {}

/// One structure's number per voxel; 0 is background.
public typealias LabelMap = Volume<UInt16>

/// One structure: whether each voxel belongs to it.
public typealias Mask = Volume<Bool>
