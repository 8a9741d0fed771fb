import { useQuery } from '@tanstack/react-query';
import { Plate } from '../components/plate';
import { productQuery } from '../features/catalogue/catalogue.queries';

const TEN_MINUTES = 600_000;

/** The plate of a product that is known by its id only, as lines of baskets and orders know it. */
export const ProductThumb = ({ id }: { id: string }) => {
  const { data } = useQuery({ ...productQuery(id), staleTime: TEN_MINUTES, retry: false });
  return data ? <Plate product={data} /> : <span className="plate" />;
};
