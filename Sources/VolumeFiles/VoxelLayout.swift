internal import Foundation
internal import Volumes

/// Where a file keeps its voxels, and how: what a header says once it has been checked.
struct VoxelLayout {
  /// How the bytes of the voxels are packed.
  enum Encoding { case raw, gzip }

  /// The file with the voxels; another one than the header's in `.nhdr` and `.mhd`.
  var file: URL
  var encoding: Encoding
  /// Where the voxels begin: bytes from the file's start, before or (`skip`) after inflation.
  var offset: Int
  /// Inflated bytes before the first voxel.
  var skip: Int
  var scalar: ScalarType
  var isBigEndian: Bool
  var size: SIMD3<Int>
  /// How many numbers a voxel has.
  var components = 1
  /// What turns a stored number into the voxel's value; `nil` where they are the same.
  var rescale: Rescale?

  /// The number of stored numbers: one a voxel, three in a file of vectors.
  var count: Int { size.x * size.y * size.z * components }
  /// The number of bytes of all voxels.
  var byteCount: Int { count * scalar.size }
}

/// `value = slope · stored + intercept`.
struct Rescale: Hashable {
  var slope: Double
  var intercept: Double
}

/// A header that has been checked: the voxels, and what else the file says of them.
struct VolumeHeader {
  var format: VolumeFormat
  /// The file's own name, for messages.
  var name: String
  var layout: VoxelLayout
  /// Key and value pairs of NRRD, in the file's order.
  var keyValues: [(key: String, value: String)] = []
  /// Of a file of vectors: whether they run along RAS, not LPS.
  var hasRASVectors = false
}

/// Sizes of a volume as a header gives them, checked to be a volume that a file can hold.
/// - Returns: `nil` where a size is below one or the product is beyond any file.
func checkedSize(_ sizes: [Int]) -> SIMD3<Int>? {
  guard sizes.count == 3, sizes.allSatisfy({ $0 >= 1 && $0 <= Int(Int32.max) }) else { return nil }
  // A product below 2^48 leaves room for any scalar size in an Int.
  let product = sizes.reduce(1.0) { $0 * Double($1) }
  guard product < 0x1p48 else { return nil }
  return SIMD3(sizes[0], sizes[1], sizes[2])
}
