// Optimizer steps on all parameters of a network, in place and without a history.
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "Guarded.hpp"

using namespace delineate;

static const at::Tensor &value(const ct_tensor *tensor) { return tensor->value; }

ct_status ct_clip_gradients(ct_tensor *const *parameters, size_t count, double maximum,
                            double *norm) {
  return guarded([&] {
    at::NoGradGuard no_gradients;
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
      const at::Tensor &gradient = value(parameters[i]).grad();
      if (!gradient.defined()) continue;
      const double one = at::norm(gradient.to(at::kFloat)).item<double>();
      squares += one * one;
    }
    *norm = std::sqrt(squares);
    if (!(*norm > maximum)) return;
    for (size_t i = 0; i < count; i++) {
      at::Tensor gradient = value(parameters[i]).grad();
      // PyTorch's clip_grad_norm_ keeps the same small number under the division.
      if (gradient.defined()) gradient.mul_(maximum / (*norm + 1e-6));
    }
  });
}

ct_status ct_scale_gradients(ct_tensor *const *parameters, size_t count, double factor) {
  return guarded([&] {
    at::NoGradGuard no_gradients;
    for (size_t i = 0; i < count; i++) {
      at::Tensor gradient = value(parameters[i]).grad();
      if (gradient.defined()) gradient.mul_(factor);
    }
  });
}

ct_status ct_sgd_step(ct_tensor *const *parameters, ct_tensor *const *momenta, size_t count,
                      double learning_rate, double momentum, double weight_decay,
                      bool is_nesterov) {
  return guarded([&] {
    at::NoGradGuard no_gradients;
    for (size_t i = 0; i < count; i++) {
      at::Tensor parameter = value(parameters[i]), buffer = value(momenta[i]);
      if (!parameter.grad().defined()) continue;
      at::Tensor gradient = at::add(parameter.grad(), parameter, weight_decay);
      buffer.mul_(momentum).add_(gradient);
      if (is_nesterov) {
        gradient.add_(buffer, momentum);
      } else {
        gradient = buffer;
      }
      parameter.add_(gradient, -learning_rate);
    }
  });
}

ct_status ct_adamw_step(ct_tensor *const *parameters, ct_tensor *const *means,
                        ct_tensor *const *squares, size_t count, double learning_rate,
                        double beta1, double beta2, double epsilon, double weight_decay,
                        int64_t step) {
  return guarded([&] {
    require(step > 0, "steps count from 1");
    at::NoGradGuard no_gradients;
    const double first = 1 - std::pow(beta1, double(step));
    const double second = std::sqrt(1 - std::pow(beta2, double(step)));
    for (size_t i = 0; i < count; i++) {
      at::Tensor parameter = value(parameters[i]), mean = value(means[i]), square = value(squares[i]);
      const at::Tensor &gradient = parameter.grad();
      if (!gradient.defined()) continue;
      parameter.mul_(1 - learning_rate * weight_decay);
      mean.mul_(beta1).add_(gradient, 1 - beta1);
      square.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
      const at::Tensor scale = at::sqrt(square).div_(second).add_(epsilon);
      parameter.addcdiv_(mean, scale, -learning_rate / first);
    }
  });
}

ct_status ct_average_weights(ct_tensor *const *averages, ct_tensor *const *parameters, size_t count,
                             double decay) {
  return guarded([&] {
    at::NoGradGuard no_gradients;
    for (size_t i = 0; i < count; i++) {
      at::Tensor average = value(averages[i]);
      average.lerp_(value(parameters[i]), 1 - decay);
    }
  });
}
