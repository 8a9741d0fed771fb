import { useQuery } from '@tanstack/react-query';
import { Plate } from '../components/plate';
import { productQuery } from '../features/catalogue/catalogue.queries';

const TEN_MINUTES = 600_000;

/** The picture of a product of which only the id is known, as in lines of carts and orders. */
export const ProductThumb = ({ id }: { id: string }) => {
  const { data } = useQuery({ ...productQuery(id), staleTime: TEN_MINUTES, retry: false });
  return data ? <Plate product={data} /> : <span className="plate" />;
};
