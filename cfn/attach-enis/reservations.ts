import {
  CreateSubnetCidrReservationCommand,
  type EC2Client,
  GetSubnetCidrReservationsCommand,
} from '@aws-sdk/client-ec2';

/** Reserves a part of a subnet for prefixes; does nothing when it is reserved already. */
export type Reserve = (subnetId: string, cidr: string) => Promise<void>;

/**
 * Reservations by EC2's API. They can be made at any time, because addresses in use in the range keep working: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-cidr-reservation.html
 */
export function reserveWith(ec2: EC2Client): Reserve {
  return async (subnetId, cidr) => {
    if (await isReserved(subnetId, cidr, ec2)) return;
    try {
      await ec2.send(
        new CreateSubnetCidrReservationCommand({
          SubnetId: subnetId,
          Cidr: cidr,
          ReservationType: 'prefix',
          Description: 'Prefixes of Multus interfaces',
        }),
      );
    } catch (error) {
      // Another launch may have reserved it first.
      if (!(await isReserved(subnetId, cidr, ec2))) throw error;
    }
  };
}

async function isReserved(SubnetId: string, cidr: string, ec2: EC2Client): Promise<boolean> {
  const { SubnetIpv4CidrReservations: found } = await ec2.send(
    new GetSubnetCidrReservationsCommand({ SubnetId }),
  );
  return (found ?? []).some(({ Cidr }) => Cidr === cidr);
}
