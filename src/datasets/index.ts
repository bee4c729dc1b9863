/** @file `keras.datasets`: data to learn with. */
export * as bostonHousing from './boston_housing.js';
export * as californiaHousing from './california_housing.js';
export * as cifar10 from './cifar10.js';
export * as cifar100 from './cifar100.js';
export * as digits from './digits/index.js';
export * as fashionMnist from './fashion_mnist.js';
export * as imdb from './imdb.js';
export * as mnist from './mnist.js';
export * as reuters from './reuters.js';
