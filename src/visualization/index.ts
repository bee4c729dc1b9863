/** @file `keras.visualization`: boxes and masks on images, and galleries. */
export { drawBoundingBoxes, type DrawBoundingBoxesOptions, type LabelledBoxes } from './draw_bounding_boxes.js';
export { drawSegmentationMasks, type DrawSegmentationMasksOptions } from './draw_segmentation_masks.js';
export type { GalleryOptions, LegendHandle } from './gallery.js';
export type { ClassNames, Color } from './pixels.js';
export { plotBoundingBoxGallery, type PlotBoundingBoxGalleryOptions } from './plot_bounding_box_gallery.js';
export { plotImageGallery, type PlotImageGalleryOptions } from './plot_image_gallery.js';
export {
  plotSegmentationMaskGallery,
  type PlotSegmentationMaskGalleryOptions,
} from './plot_segmentation_mask_gallery.js';
