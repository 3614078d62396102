// How unlike a CT and an MR are: MIND with self-similarity context, and local mutual information.
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

#include "Guarded.hpp"
#include "Parallel.hpp"

using namespace delineate;

namespace delineate {

// x moved by `shift` voxels, the border repeated outwards.
static at::Tensor shifted(const at::Tensor &x, const std::vector<int64_t> &shift) {
  at::Tensor y = x;
  for (int axis = 0; axis < 3; axis++) {
    if (shift[axis] == 0) continue;
    const int64_t n = x.size(2 + axis);
    const at::Tensor index =
        at::clamp(at::arange(n, at::TensorOptions().dtype(at::kLong).device(x.device())) + shift[axis],
                  0, n - 1);
    y = at::index_select(y, 2 + axis, index);
  }
  return y;
}

// Sums of three neighbors along the middle axis of [outer, count, inner], the border repeated.
static void add_neighbors(const float *__restrict x, float *__restrict y, int64_t outer,
                          int64_t count, int64_t inner, float factor) {
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t i = 0; i < count; i++) {
      const float *here = x + (o * count + i) * inner;
      const float *before = i > 0 ? here - inner : here;
      const float *after = i + 1 < count ? here + inner : here;
      float *target = y + (o * count + i) * inner;
      for (int64_t k = 0; k < inner; k++) target[k] = (before[k] + here[k] + after[k]) * factor;
    }
  }
}

// The mean over 3 × 3 × 3 voxels, the border repeated outwards: axis by axis, volume by volume, which
// stays in the cache. A voxel and its neighbor count alike in each other's mean, at the border too, so
// that the gradient is the same mean of what arrives.
struct PatchMean : torch::autograd::Function<PatchMean> {
  static at::Tensor means(const at::Tensor &input) {
    const at::Tensor x = input.contiguous();
    at::Tensor y = at::empty_like(x);
    const int64_t d = x.size(2), h = x.size(3), w = x.size(4), voxels = d * h * w;
    const float *source = x.const_data_ptr<float>();
    float *target = y.mutable_data_ptr<float>();
    parallel_for(0, x.size(0) * x.size(1), 1, [&](int64_t begin, int64_t end) {
      std::vector<float> buffer(voxels);
      for (int64_t volume = begin; volume < end; volume++) {
        float *here = target + volume * voxels;
        add_neighbors(source + volume * voxels, here, 1, d, h * w, 1);
        add_neighbors(here, buffer.data(), d, h, w, 1);
        add_neighbors(buffer.data(), here, d * h, w, 1, 1.0f / 27);
      }
    });
    return y;
  }

  static at::Tensor forward(torch::autograd::AutogradContext *, const at::Tensor &x) {
    return means(x);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *,
                                                 torch::autograd::variable_list gradients) {
    return {means(gradients[0])};
  }
};

static at::Tensor patch_means(const at::Tensor &x) {
  if (x.is_cpu()) return PatchMean::apply(x);
  const at::Tensor padded = at::replication_pad3d(x, {1, 1, 1, 1, 1, 1});
  return at::avg_pool3d(padded, {3, 3, 3}, {1, 1, 1});
}

// The modality-independent neighborhood descriptor with self-similarity context (Heinrich et al.,
// MICCAI 2013): [N, 12, D, H, W] of exp(-distance / variance), one for each pair of the six
// neighbors that are √2 apart, so that none is compared with the noisy center itself.
static at::Tensor descriptors(const at::Tensor &image) {
  constexpr int64_t reach = 2;
  std::vector<std::vector<int64_t>> neighbors;
  for (int axis = 0; axis < 3; axis++) {
    for (const int64_t step : {-reach, reach}) {
      neighbors.push_back({0, 0, 0});
      neighbors.back()[axis] = step;
    }
  }
  std::vector<at::Tensor> moved, distances;
  for (const auto &neighbor : neighbors) moved.push_back(shifted(image, neighbor));
  for (size_t a = 0; a < neighbors.size(); a++) {
    for (size_t b = a + 1; b < neighbors.size(); b++) {
      if (a / 2 == b / 2) continue;  // opposite neighbors
      distances.push_back(at::square(moved[a] - moved[b]));
    }
  }
  at::Tensor distance = patch_means(at::cat(distances, 1));
  distance = distance - at::amin(distance, {1}, true);
  at::Tensor variance = at::mean(distance, {1}, true);
  // Bounds about the image's own mean keep flat regions and edges comparable.
  const at::Tensor mean = at::mean(variance.detach(), {1, 2, 3, 4}, true) + 1e-12;
  variance = at::minimum(at::maximum(variance, mean * 1e-3), mean * 1e3);
  return at::exp(-distance / variance);
}

// One number a sample.
static at::Tensor mind_distance(const at::Tensor &fixed, const at::Tensor &moved) {
  return at::mean(at::square(descriptors(fixed) - descriptors(moved)), {1, 2, 3, 4});
}

// Each voxel's share in `bins` intensities between the sample's smallest and largest:
// [N, V, bins], Gaussian Parzen windows of half a bin.
static at::Tensor shares(const at::Tensor &blocks, const at::Tensor &low, const at::Tensor &range,
                         int64_t bins) {
  const at::Tensor place = (blocks - low) / range * double(bins - 1);
  const at::Tensor centers =
      at::arange(bins, at::TensorOptions().dtype(at::kFloat).device(blocks.device()));
  const at::Tensor weight = at::exp(at::square(place.unsqueeze(-1) - centers) * -2.0);
  return weight / at::sum(weight, {-1}, true);
}

static at::Tensor entropy(const at::Tensor &p, at::IntArrayRef axes) {
  return -at::sum(p * at::log(p + 1e-9), axes);
}

// The image cut into cubes of `edge` voxels, what fills none left out: [N, blocks, voxels].
static at::Tensor cubes(const at::Tensor &image, int64_t edge) {
  at::Tensor x = image.select(1, 0);
  std::vector<int64_t> shape{x.size(0)}, edges(3);
  for (int axis = 0; axis < 3; axis++) {
    edges[axis] = std::min(edge, x.size(1 + axis));
    const int64_t count = x.size(1 + axis) / edges[axis];
    x = at::narrow(x, 1 + axis, 0, count * edges[axis]);
    shape.push_back(count);
    shape.push_back(edges[axis]);
  }
  return x.reshape(shape)
      .permute({0, 1, 3, 5, 2, 4, 6})
      .reshape({x.size(0), shape[1] * shape[3] * shape[5], edges[0] * edges[1] * edges[2]});
}

// 2 minus Studholme's normalized mutual information (H(a) + H(b)) / H(a, b) of each cube, their
// mean over a sample; cubes see one tissue contrast each, where whole images mix several.
static at::Tensor information_distance(const at::Tensor &fixed, const at::Tensor &moved) {
  constexpr int64_t edge = 16, bins = 16;
  std::vector<at::Tensor> parts;
  for (const at::Tensor &image : {fixed, moved}) {
    const at::Tensor plain = image.detach();
    const at::Tensor low = at::amin(plain, {1, 2, 3, 4}).view({-1, 1, 1});
    const at::Tensor high = at::amax(plain, {1, 2, 3, 4}).view({-1, 1, 1});
    parts.push_back(shares(cubes(image, edge), low, high - low + 1e-6, bins));
  }
  const double voxels = double(parts[0].size(2));
  const at::Tensor joint = at::matmul(parts[0].transpose(2, 3), parts[1]) / voxels;
  const at::Tensor first = entropy(at::mean(parts[0], {2}), {-1});
  const at::Tensor second = entropy(at::mean(parts[1], {2}), {-1});
  const at::Tensor both = entropy(joint, {-2, -1});
  return at::mean(2 - (first + second) / (both + 1e-6), {1});
}

}  // namespace delineate

ct_status ct_dissimilarity(ct_similarity kind, const ct_tensor *fixed, const ct_tensor *moved,
                           const float *weights, size_t count, ct_tensor **out) {
  return guarded([&] {
    const at::Tensor a = fixed->value.to(at::kFloat), b = moved->value.to(at::kFloat);
    require(a.dim() == 5 && a.size(1) == 1 && a.sizes() == b.sizes(),
            "two images [N, 1, D, H, W] of one size are compared");
    require(int64_t(count) == a.size(0), "one weight a sample");
    const at::Tensor weight =
        at::from_blob(const_cast<float *>(weights), {int64_t(count)}, at::kFloat)
            .clone()
            .to(a.device());
    const at::Tensor distance =
        kind == CT_MIND ? mind_distance(a, b) : information_distance(a, b);
    *out = wrap((at::sum(distance * weight) / at::clamp_min(at::sum(weight), 1e-6)).reshape({1}));
  });
}
