/// A box of voxels: half-open ranges of indices along i, j and k.
public struct VoxelBox: Hashable, Sendable {
  /// The indices along i.
  public var i: Range<Int>
  /// The indices along j.
  public var j: Range<Int>
  /// The indices along k.
  public var k: Range<Int>

  /// A box from its three ranges.
  public init(i: Range<Int>, j: Range<Int>, k: Range<Int>) {
    self.i = i
    self.j = j
    self.k = k
  }

  /// The number of voxels along i, j and k.
  public var size: SIMD3<Int> { [i.count, j.count, k.count] }

  /// The number of voxels.
  public var count: Int { i.count * j.count * k.count }

  /// The same box in the indices of a larger one that it lies in.
  package func shifted(by outer: VoxelBox) -> VoxelBox {
    func moved(_ range: Range<Int>, _ offset: Int) -> Range<Int> {
      range.lowerBound + offset..<range.upperBound + offset
    }
    return VoxelBox(
      i: moved(i, outer.i.lowerBound),
      j: moved(j, outer.j.lowerBound),
      k: moved(k, outer.k.lowerBound)
    )
  }

  /// The box with a margin in mm and a voxel more on each side, as far as the grid reaches.
  package func widened(by margin: Double, on grid: VoxelGrid) -> VoxelBox {
    func wider(_ range: Range<Int>, _ axis: Int) -> Range<Int> {
      let size = grid.size[axis]
      let reach = Int(min((margin / grid.spacing[axis]).rounded(.up) + 1, Double(size)))
      return max(0, range.lowerBound - reach)..<min(size, range.upperBound + reach)
    }
    return VoxelBox(i: wider(i, 0), j: wider(j, 1), k: wider(k, 2))
  }

  /// The smallest box around two.
  public func union(_ other: VoxelBox) -> VoxelBox {
    func hull(_ a: Range<Int>, _ b: Range<Int>) -> Range<Int> {
      min(a.lowerBound, b.lowerBound)..<max(a.upperBound, b.upperBound)
    }
    return VoxelBox(i: hull(i, other.i), j: hull(j, other.j), k: hull(k, other.k))
  }
}
