import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Product } from '@bramble/contracts/catalog';
import { Failure } from '../../components/failure';
import { Plate } from '../../components/plate';
import { announce } from '../../lib/announce';
import { editedProductQuery, forgetProducts, putPicture } from './seller.queries';
import { shrinkPicture } from './shrink-picture';

/** Uploads a picture by file picker or by drag and drop. The preview has the shape of the product picture. */
export const PictureForm = ({ product }: { product: Product }) => {
  const client = useQueryClient();
  const uploading = useMutation({
    mutationFn: async (file: File) => putPicture(product.id, await shrinkPicture(file).catch(() => file)),
    onSuccess: async (saved) => {
      client.setQueryData(editedProductQuery(saved.id).queryKey, saved);
      await forgetProducts(client, saved.id);
      announce('Picture saved');
    },
  });
  const upload = (file: File | undefined) => file && uploading.mutate(file);
  return (
    <section aria-label="Picture" className="grid w-full max-w-72 content-start gap-3">
      <div
        aria-busy={uploading.isPending}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          upload(event.dataTransfer.files[0]);
        }}
      >
        <Plate
          product={product}
          alt={`Picture of ${product.title}`}
          className={uploading.isPending ? 'opacity-50' : ''}
        />
      </div>
      <label className="inline-flex min-h-11 w-fit cursor-pointer items-center rounded-control border border-line-strong bg-surface px-4 font-semibold focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-ink hover:border-ink">
        {uploading.isPending ? 'Sending…' : 'Choose a photograph'}
        <input
          type="file"
          accept="image/jpeg,image/png,image/webp,image/avif"
          className="sr-only"
          onChange={(event) => {
            upload(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
      </label>
      <p className="text-sm text-ink-muted">JPEG, PNG or WebP. Drop it on the plate, too.</p>
      {uploading.error && <Failure error={uploading.error} />}
    </section>
  );
};
