import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { isCode } from '@bramble/contracts/call-error';
import type { Product } from '@bramble/contracts/catalog';
import { Failure } from '../../components/failure';
import { Button } from '../../components/ui/button';
import { Field } from '../../components/ui/field';
import { Input, Textarea } from '../../components/ui/input';
import { env } from '../../env';
import { minorUnits, plainAmount } from '../../lib/money';
import { productFormSchema, type ProductFormValues, readAmount, slugOf } from './product-schema';
import { changeProduct, createProduct, editedProductQuery, forgetProducts } from './seller.queries';

interface ProductFormProps {
  product?: Product;
  categories: { slug: string; name: string }[];
  onSaved: (product: Product) => void;
}

export const ProductForm = ({ product, categories, onSaved }: ProductFormProps) => {
  const client = useQueryClient();
  const currency = product?.price.currency ?? env.fallbackCurrency;
  const unit = minorUnits(currency);
  // What the form was filled from. The query may load the product again while the seller types.
  const [seen, setSeen] = useState(product);
  const form = useForm<ProductFormValues>({
    mode: 'onTouched',
    resolver: zodResolver(productFormSchema),
    defaultValues: {
      title: product?.title ?? '',
      description: product?.description ?? '',
      category: product?.category ?? '',
      price: product ? plainAmount(product.price) : '',
      available: String(product?.stock.available ?? 10),
    },
  });
  const { errors, isDirty } = form.formState;
  const save = useMutation({
    mutationFn: ({ title, description, category, price, available }: ProductFormValues) => {
      const draft = {
        title: title.trim(),
        description: description.trim(),
        category: slugOf(category),
        price: { amount: readAmount(price, unit) ?? 0, currency },
        stock: { available: Number(available) },
      };
      return seen ? changeProduct(seen, draft) : createProduct(draft);
    },
    onError: (error) => {
      if (seen && isCode(error, 'stock_changed')) setSeen({ ...seen, ...error.extra.current });
    },
    onSuccess: async (saved) => {
      form.reset(form.getValues());
      if (product) setSeen(saved);
      client.setQueryData(editedProductQuery(saved.id).queryKey, saved);
      await forgetProducts(client, saved.id);
      onSaved(saved);
    },
  });
  useBlocker({
    shouldBlockFn: () => isDirty && !save.isSuccess && !window.confirm('Leave without saving?'),
    enableBeforeUnload: () => isDirty && !save.isSuccess,
  });
  return (
    <form
      noValidate
      aria-label="Product"
      className="grid max-w-[40rem] gap-5"
      onSubmit={(event) => void form.handleSubmit((values) => save.mutate(values))(event)}
    >
      <Field
        label="Name"
        hint="Say the pack size at the end, like “Pears, 6 pieces”."
        error={errors.title?.message}
      >
        {(wiring) => <Input {...wiring} {...form.register('title')} autoComplete="off" />}
      </Field>
      <Field label="Description" optional error={errors.description?.message}>
        {(wiring) => <Textarea {...wiring} {...form.register('description')} rows={5} />}
      </Field>
      <Field label="Category" error={errors.category?.message}>
        {(wiring) => (
          <>
            <Input {...wiring} {...form.register('category')} list="categories" autoComplete="off" />
            <datalist id="categories">
              {categories.map(({ slug, name }) => (
                <option key={slug} value={slug}>
                  {name}
                </option>
              ))}
            </datalist>
          </>
        )}
      </Field>
      <div className="grid grid-cols-2 gap-4">
        <Field label={`Price in ${currency}`} error={errors.price?.message}>
          {(wiring) => (
            <Input
              {...wiring}
              {...form.register('price')}
              inputMode="decimal"
              autoComplete="off"
              className="tabular"
            />
          )}
        </Field>
        <Field
          label="How many"
          error={errors.available?.message}
          {...(seen && isCode(save.error, 'stock_changed')
            ? { hint: `${seen.stock.available} can be sold now.` }
            : {})}
        >
          {(wiring) => (
            <Input
              {...wiring}
              {...form.register('available')}
              inputMode="numeric"
              autoComplete="off"
              className="tabular"
            />
          )}
        </Field>
      </div>
      {save.error && <Failure error={save.error} />}
      <div>
        <Button type="submit" variant="ink" busy={save.isPending}>
          {product ? 'Save' : 'Put it on the board'}
        </Button>
      </div>
    </form>
  );
};
